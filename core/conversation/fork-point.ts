import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { foldTurns, type TurnRecord } from '../domain/agent/turn/turn-record.ts';
import { type StoryEntry, storyOf } from './agent-story.ts';

/** By what a turn is meant: itself, or an event of its agent that belongs to it. */
export type TurnMeant = { turnId: string } | { eventId: string };

/** The files at the end of a turn. */
export interface ForkFiles {
  turnId: string;
  commit: string;
  head?: string;
}

/** All that an agent knew, and had, at the end of a turn. */
export interface ForkPoint {
  turnId: string;
  endedAt: string;
  /** Of the event that ended it. */
  sequence: number;
  story: StoryEntry[];
  /** Of the turn itself, else of the last before it that has them; undefined where none has. */
  files?: ForkFiles;
}

/**
 * What a fork of an agent begins with. Pure. Throws ORC_TURN_NOT_FOUND for a turn that is none of this agent's, and
 * ORC_NOT_FORKABLE where it is not over.
 *
 * @param events all of the agent's, in the order of the log, without what counts for nobody
 * @param meant the last turn that is over without
 */
export function forkPoint(events: readonly StoredEvent[], meant?: TurnMeant): ForkPoint {
  const turns = new Map<string, TurnRecord>();
  for (const event of events) foldTurns(turns, event);
  const turnId = meant === undefined ? lastTurn(turns) : meantTurn(turns, events, meant);
  const at = events.findIndex((event) => isEndOf(event, turnId));
  const end = events[at];
  if (end === undefined) {
    throw notForkable(`Turn ${turnId} is not over`, 'Wait for its end, or name an earlier turn.');
  }
  const files = filesAt(events, at, turnId);
  return {
    turnId,
    endedAt: end.time,
    sequence: end.sequence,
    story: storyOf(events.slice(0, at + 1)),
    ...(files && { files }),
  };
}

const isEndOf = (event: StoredEvent, turnId: string): boolean =>
  (event.type === 'turn.ended' || event.type === 'turn.failed') && event.data.turnId === turnId;

function lastTurn(turns: ReadonlyMap<string, TurnRecord>): string {
  const last = [...turns.values()].findLast(({ state }) => state !== 'running');
  if (last !== undefined) return last.turnId;
  throw notForkable('No turn of it is over yet', 'Create an agent instead.');
}

function meantTurn(
  turns: ReadonlyMap<string, TurnRecord>,
  events: readonly StoredEvent[],
  meant: TurnMeant,
): string {
  const turnId = 'turnId' in meant ? meant.turnId : turnOf(turns, events, meant.eventId);
  if (turnId !== undefined && turns.has(turnId)) return turnId;
  const what =
    'turnId' in meant
      ? `The agent has no turn ${meant.turnId}`
      : `${meant.eventId} belongs to no turn of the agent`;
  throw new OrchestratorError('ORC_TURN_NOT_FOUND', what);
}

function turnOf(
  turns: ReadonlyMap<string, TurnRecord>,
  events: readonly StoredEvent[],
  eventId: string,
): string | undefined {
  const event = events.find(({ id }) => id === eventId);
  if (event === undefined) return undefined;
  const all = [...turns.values()];
  if (event.type === 'command.send') {
    return all.find(({ messages }) => messages.includes(eventId))?.turnId;
  }
  if ('turnId' in event.data && typeof event.data.turnId === 'string') return event.data.turnId;
  const begun = all.findLast(({ sequence }) => sequence <= event.sequence);
  const end = events.find((each) => begun !== undefined && isEndOf(each, begun.turnId));
  return end === undefined || end.sequence >= event.sequence ? begun?.turnId : undefined;
}

/** What a snapshot has is stated after the end of its turn; what was taken back is as before that turn. */
function filesAt(
  events: readonly StoredEvent[],
  at: number,
  turnId: string,
): ForkFiles | undefined {
  const snapshots = new Map<string, ForkFiles>();
  let now: ForkFiles | undefined;
  for (const [index, event] of events.entries()) {
    if (event.type === 'turn.snapshot') {
      const { commit, head } = event.data;
      const files = { turnId: event.data.turnId, commit, ...(head !== undefined && { head }) };
      if (files.turnId === turnId) return files;
      snapshots.set(commit, files);
      if (index < at) now = files;
    } else if (event.type === 'process.undone' && index < at) {
      const { commit } = event.data;
      now = commit === undefined ? undefined : snapshots.get(commit);
    }
  }
  return now;
}

export const notForkable = (what: string, cure?: string): OrchestratorError =>
  new OrchestratorError('ORC_NOT_FORKABLE', what, cure === undefined ? {} : { cure });
