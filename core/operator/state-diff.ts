import { OrchestratorError } from '../../schemas/errors.ts';
import { type PartOfState, partOfState } from '../views/part-of-state.ts';
import { type NamedPlace, placeInLog } from './place-in-log.ts';
import type { Past } from './state-at.ts';
import { type MapName, type StateChange, type Wanted, WatchedFold } from './watched-fold.ts';

/** What changed from one place of the log to another. */
export interface StateDiff {
  /** The last event that counts for what was before, and for what is after. */
  from: number;
  to: number;
  /** What it is about, where that was asked for. */
  of?: Pick<PartOfState, 'kind' | 'id'>;
  /** Made on the state before, as JSON, in this order, they give the state after. */
  changes: StateChange[];
}

export interface DiffAsked {
  from: NamedPlace;
  /** The end of the log without. */
  to?: NamedPlace | undefined;
  /** An agent, person, project or job of either state. */
  of?: string | undefined;
}

/** Throws ORC_USAGE where the end is before the beginning, and as {@link partOfState} and reading the log do. */
export async function stateDiff(
  { log, history }: Past,
  { from, to, of }: DiffAsked,
  signal: AbortSignal,
): Promise<StateDiff> {
  const first = await placeInLog(log, from, signal);
  const last =
    to === undefined ? await log.lastSequence('EVENTS') : await placeInLog(log, to, signal);
  if (last < first) {
    throw new OrchestratorError('ORC_USAGE', `--to (${last}) is before --from (${first})`);
  }
  const before = await history.at(first, signal);
  const part =
    of === undefined ? undefined : partOfEither(await history.at(last, signal), before, of);
  const fold = new WatchedFold(before, wantedOf(part));
  const range = { stream: 'EVENTS', from: { sequence: first + 1 }, until: last, signal } as const;
  if (last > first) for await (const message of log.read(range)) fold.take(message);
  signal.throwIfAborted();
  const about = part && { of: { kind: part.kind, id: part.id } };
  return { from: first, to: last, ...about, changes: fold.changes() };
}

function partOfEither(
  after: Parameters<typeof partOfState>[0],
  before: Parameters<typeof partOfState>[0],
  of: string,
): PartOfState {
  try {
    return partOfState(after, of);
  } catch (error) {
    try {
      return partOfState(before, of);
    } catch {
      throw error;
    }
  }
}

const MAP_OF: Record<PartOfState['kind'], MapName> = {
  agent: 'agents',
  user: 'users',
  project: 'projects',
  job: 'jobs',
};

const wantedOf = (part: PartOfState | undefined): Wanted => part && [MAP_OF[part.kind], part.id];
