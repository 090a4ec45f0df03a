import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { type StoryEntry, storyOf } from './agent-story.ts';
import { standing } from './standing.ts';

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

/** A turn, as far as it is to be found. */
interface TurnSpan {
  turnId: string;
  /** Of its beginning. */
  sequence: number;
  /** The ids of the messages that it is for. */
  messages: Set<string>;
  /** What ended it. */
  end?: { event: StoredEvent };
}

/**
 * What a fork of an agent begins with. Pure. Throws ORC_TURN_NOT_FOUND for a turn that is none of this agent's, and
 * ORC_NOT_FORKABLE where it is not over.
 *
 * @param events all of the agent's, in the order of the log, without what counts for nobody
 * @param meant the last turn that is over without
 */
export function forkPoint(events: readonly StoredEvent[], meant?: TurnMeant): ForkPoint {
  const { turnId, end } =
    meant === undefined
      ? lastTurn(spansOf(standing(events)))
      : meantTurn(spansOf(events), events, meant);
  if (end === undefined) {
    throw notForkable(`Turn ${turnId} is not over`, 'Wait for its end, or name an earlier turn.');
  }
  const { event } = end;
  const index = events.indexOf(event);
  const files = filesAt(events, index, turnId);
  return {
    turnId,
    endedAt: event.time,
    sequence: event.sequence,
    story: storyOf(standing(events.slice(0, index + 1))),
    ...(files && { files }),
  };
}

/** A turn that is over, with what it was told, and the one before it. */
export interface TurnOfThen {
  turnId: string;
  /** Of its beginning and its end. */
  from: number;
  to: number;
  /** What the agent was told in it, in order. */
  messages: readonly StoredEventOf<'command.send'>[];
  /** The turn before it that is over; undefined where it was the first. */
  before?: string;
}

/**
 * A turn that is to be run otherwise. Pure. Throws ORC_TURN_NOT_FOUND and ORC_NOT_FORKABLE, as {@link forkPoint} does.
 *
 * @param events all of the agent's, in the order of the log, without what counts for nobody
 * @param meant the last turn that is over without
 */
export function turnOfThen(events: readonly StoredEvent[], meant?: TurnMeant): TurnOfThen {
  const turns = spansOf(events);
  const turn = meant === undefined ? lastTurn(turns) : meantTurn(turns, events, meant);
  const { turnId, sequence: from, end } = turn;
  if (end === undefined) {
    throw notForkable(`Turn ${turnId} is not over`, 'Wait for its end, or name an earlier turn.');
  }
  const replies = repliesIn(events);
  const before = [...turns.values()].findLast((each) => each.end && each.sequence < from);
  return {
    turnId,
    from,
    to: end.event.sequence,
    messages: events.flatMap((event) =>
      event.type === 'command.send' && turn.messages.has(event.id) && !replies.has(event.id)
        ? [event]
        : [],
    ),
    ...(before && { before: before.turnId }),
  };
}

/** Messages that were answers to a question that waited: they belong to its turn, and were never written to the agent. */
export const repliesIn = (events: readonly StoredEvent[]): ReadonlySet<string> =>
  new Set(
    events.flatMap((event) =>
      event.type === 'process.delivered' && event.data.bytes === 0 ? [event.data.commandId] : [],
    ),
  );

/** By their ids, in the order in which they began. */
function spansOf(events: readonly StoredEvent[]): Map<string, TurnSpan> {
  const turns = new Map<string, TurnSpan>();
  for (const event of events) {
    if (event.type === 'turn.started') {
      const { turnId, commandId } = event.data;
      turns.set(turnId, { turnId, sequence: event.sequence, messages: new Set([commandId]) });
    } else if (event.type === 'process.delivered') {
      turns.get(event.data.turnId)?.messages.add(event.data.commandId);
    } else if (event.type === 'turn.ended' || event.type === 'turn.failed') {
      const turn = turns.get(event.data.turnId);
      if (turn) turn.end ??= { event };
    }
  }
  return turns;
}

function lastTurn(turns: ReadonlyMap<string, TurnSpan>): TurnSpan {
  const last = [...turns.values()].findLast(({ end }) => end !== undefined);
  if (last !== undefined) return last;
  throw notForkable('No turn of it is over yet', 'Create an agent instead.');
}

function meantTurn(
  turns: ReadonlyMap<string, TurnSpan>,
  events: readonly StoredEvent[],
  meant: TurnMeant,
): TurnSpan {
  const turn = 'turnId' in meant ? turns.get(meant.turnId) : turnOf(turns, events, meant.eventId);
  if (turn !== undefined) return turn;
  const what =
    'turnId' in meant
      ? `The agent has no turn ${meant.turnId}`
      : `${meant.eventId} belongs to no turn of the agent`;
  throw new OrchestratorError('ORC_TURN_NOT_FOUND', what);
}

function turnOf(
  turns: ReadonlyMap<string, TurnSpan>,
  events: readonly StoredEvent[],
  eventId: string,
): TurnSpan | undefined {
  const event = events.find(({ id }) => id === eventId);
  if (event === undefined) return undefined;
  const all = [...turns.values()];
  if (event.type === 'command.send') return all.find(({ messages }) => messages.has(eventId));
  if ('turnId' in event.data && typeof event.data.turnId === 'string') {
    return turns.get(event.data.turnId);
  }
  const begun = all.findLast(({ sequence }) => sequence <= event.sequence);
  const isIn = (begun?.end?.event.sequence ?? event.sequence) >= event.sequence;
  return isIn ? begun : undefined;
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
