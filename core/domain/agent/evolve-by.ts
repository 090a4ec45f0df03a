import type { StoredEventOf } from '../../../schemas/event.ts';
import type { EventType } from '../../../schemas/event-catalogue.ts';
import type { AgentState } from './agent-state.ts';

/**
 * What events make of an agent, by their types. Each is pure and total: an event that does not fit
 * the state leaves it as it is.
 */
export type EvolveBy<T extends EventType> = {
  [K in T]: (state: AgentState, event: StoredEventOf<K>) => AgentState;
};
