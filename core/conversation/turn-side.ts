import type { StoredEvent } from '../../schemas/event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { foldTurns, type SaidInTurn, type TurnRecord } from '../domain/agent/turn/turn-record.ts';
import { repliesIn } from './fork-point.ts';

/** What a turn asked of the outside, and what became of it. `none`: it has no result. */
export interface CallOfTurn {
  /** Tool and verb; `ask` of a question that its asker waited on. */
  name: string;
  input: unknown;
  result: 'done' | 'failed' | 'recorded' | 'refused' | 'none';
  code?: string;
}

/** One of two turns that are compared. */
export interface TurnSide {
  agentId: string;
  kind: string;
  model?: string;
  turnId?: string;
  /** The messages that it was for, but for answers to its questions. */
  told: string[];
  /** `not-run`: its agent could not be started, or its message was refused. */
  outcome: 'answered' | 'asked' | 'silent' | 'failed' | 'running' | 'not-run';
  said: SaidInTurn[];
  failure?: { code: string; reason: string };
  calls: CallOfTurn[];
  /** What it changed of the files of its project; absent where nothing is kept of that. */
  files?: { commit: string; files: number; insertions: number; deletions: number };
  /** From its beginning to its end, in milliseconds. */
  ms?: number;
  /** Tokens and cost: nothing in the log says what a turn used. */
  usage: 'unknown';
}

export interface SideWanted {
  agentId: string;
  kind: string;
  model?: string | undefined;
  /** The turn, or the message that it is for. */
  turn: { turnId: string } | { messageId: string };
  /** Its calls were answered by a record, or refused. */
  byRecord: boolean;
}

/**
 * A turn as it is compared with another. Pure.
 *
 * @param events all of its agent, in the order of the log, without what counts for nobody
 */
export function turnSide(events: readonly StoredEvent[], wanted: SideWanted): TurnSide {
  const { agentId, kind, model, byRecord } = wanted;
  const turn = turnOf(events, wanted.turn);
  const common = {
    agentId,
    kind,
    ...(model !== undefined && { model }),
    usage: 'unknown' as const,
  };
  if (turn === undefined) {
    const ids = 'messageId' in wanted.turn ? [wanted.turn.messageId] : [];
    return { ...common, told: toldIn(events, ids), said: [], calls: [], ...unrun(events) };
  }
  const { turnId, messages, said, failure, endedAt, startedAt } = turn;
  const files = filesOf(events, turnId);
  return {
    ...common,
    turnId,
    told: toldIn(events, messages),
    outcome: outcomeOf(turn),
    said,
    ...(failure && { failure: { code: failure.code, reason: failure.reason } }),
    calls: callsOf(events, turn, byRecord),
    ...(files && { files }),
    ...(endedAt !== undefined && { ms: Date.parse(endedAt) - Date.parse(startedAt) }),
  };
}

function turnOf(events: readonly StoredEvent[], meant: SideWanted['turn']): TurnRecord | undefined {
  const turns = new Map<string, TurnRecord>();
  for (const event of events) foldTurns(turns, event);
  if ('turnId' in meant) return turns.get(meant.turnId);
  return [...turns.values()].find(({ messages }) => messages.includes(meant.messageId));
}

function toldIn(events: readonly StoredEvent[], ids: readonly string[]): string[] {
  const replies = repliesIn(events);
  const told = ids.filter((id) => !replies.has(id));
  return events.flatMap((event) =>
    event.type === 'command.send' && told.includes(event.id) ? [event.data.text] : [],
  );
}

/** Its agent has ended, and why before that; or it has not come to it yet. */
function unrun(events: readonly StoredEvent[]): Pick<TurnSide, 'outcome' | 'failure'> {
  const end = events.find(({ type }) => END_OF_RUN.has(type));
  if (end === undefined) return { outcome: 'running' };
  const reason = 'reason' in end.data ? String(end.data.reason) : 'its agent ended before';
  return { outcome: 'not-run', failure: { code: 'ORC_START_FAILED', reason } };
}

const END_OF_RUN: ReadonlySet<string> = new Set([
  'process.start-failed',
  'process.exited',
  'process.lost',
  'process.stopped',
]);

function outcomeOf({ state, said }: TurnRecord): TurnSide['outcome'] {
  if (state !== 'ended') return state;
  const last = said.at(-1)?.type;
  return last === undefined ? 'silent' : last === 'question' ? 'asked' : 'answered';
}

function callsOf(
  events: readonly StoredEvent[],
  { turnId, sequence }: TurnRecord,
  byRecord: boolean,
): CallOfTurn[] {
  const end = events.find(
    ({ type, data }) =>
      (type === 'turn.ended' || type === 'turn.failed') &&
      'turnId' in data &&
      data.turnId === turnId,
  );
  const inTurn = events.filter(
    (event) =>
      event.sequence > sequence && event.sequence < (end?.sequence ?? Number.POSITIVE_INFINITY),
  );
  return inTurn.flatMap((event) => {
    const asked = askedBy(event);
    if (asked === undefined) return [];
    const result = events.find((each) => each.type === 'result' && each.data.callId === event.id);
    return [{ ...asked, ...becameOf(result, byRecord) }];
  });
}

function askedBy(event: StoredEvent): Pick<CallOfTurn, 'name' | 'input'> | undefined {
  if (event.type === 'response.question') {
    const { text, waitMs } = event.data;
    return waitMs === undefined ? undefined : { name: 'ask', input: text };
  }
  const address = parseSubject(event.subject);
  if (address?.family !== 'tool') return undefined;
  const { tool, verb } = address;
  const name = verb === 'run' ? tool : `${tool} ${verb}`;
  return { name, input: event.type === 'tool.declared' ? event.data.input : event.data };
}

function becameOf(
  result: StoredEvent | undefined,
  byRecord: boolean,
): Pick<CallOfTurn, 'result' | 'code'> {
  if (result?.type !== 'result') return { result: 'none' };
  if (result.data.ok) return { result: byRecord ? 'recorded' : 'done' };
  const { code } = result.data.error;
  if (!byRecord) return { result: 'failed', code };
  return { result: code === 'ORC_NOT_RECORDED' ? 'refused' : 'recorded', code };
}

function filesOf(events: readonly StoredEvent[], turnId: string): TurnSide['files'] {
  for (const event of events) {
    if (event.type !== 'turn.snapshot' || event.data.turnId !== turnId) continue;
    const { commit, files, insertions, deletions } = event.data;
    return { commit, files, insertions, deletions };
  }
  return undefined;
}
