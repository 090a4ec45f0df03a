import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { agentFromLog } from '../projection/agent-from-log.ts';
import type { StateHistory } from '../projection/state-history.ts';
import { type PartOfState, partOfState } from '../views/part-of-state.ts';
import { type NamedPlace, placeInLog } from './place-in-log.ts';
import { type EventShown, shownEvent } from './shown-event.ts';

/** What the past is read from. */
export interface Past {
  log: EventLog;
  history: Pick<StateHistory, 'at'>;
}

/** The state as of a place of the log, and what stands there. */
export interface StateAt {
  /** The place. */
  at: number;
  /** The last place that there is. */
  last: number;
  /** Absent where none is. */
  event?: EventShown;
  state: SystemState;
}

/** Throws as {@link placeInLog} does, and as reading the log does. */
export async function stateAt(
  { log, history }: Past,
  place: NamedPlace | undefined,
  signal: AbortSignal,
): Promise<StateAt> {
  const last = await log.lastSequence('EVENTS');
  const at = place === undefined ? last : await placeInLog(log, place, signal);
  const [state, message] = await Promise.all([
    history.at(at, signal),
    at > 0 ? log.at('EVENTS', at) : undefined,
  ]);
  return { at, last, ...(message && { event: shownEvent(message) }), state };
}

/**
 * One thing as of a place, by what somebody calls it; an agent by its id also where it had left the state. Throws as
 * {@link partOfState} does.
 */
export async function partAt(
  { log }: Pick<Past, 'log'>,
  { at, state }: Pick<StateAt, 'at' | 'state'>,
  text: string,
  signal: AbortSignal,
): Promise<PartOfState> {
  try {
    return partOfState(state, text);
  } catch (error) {
    const isGone = error instanceof OrchestratorError && error.code === 'ORC_AGENT_NOT_FOUND';
    const left = isGone && isAgentId(text) ? await agentFromLog(log, text, signal, at) : undefined;
    if (left === undefined) throw error;
    return { kind: 'agent', id: text, state: left };
  }
}
