import type { StoredEvent } from '../../../schemas/event.ts';
import type { EventType } from '../../../schemas/event-catalogue.ts';
import type { AgentState } from './agent-state.ts';
import { evolveByCommand } from './command/evolve-command.ts';
import type { EvolveBy } from './evolve-by.ts';
import { evolveByRun } from './run/evolve-run.ts';
import { evolveByTurn } from './turn/evolve-turn.ts';

/** What makes nothing else of an agent: others' events, what ends its state, and two that only people read. */
type Unfolded =
  | `${'user' | 'project' | 'job' | 'job-timer' | 'node' | 'token' | 'delivery' | 'log'}.${string}`
  | 'process.archived'
  | 'response.progress'
  | 'process.cleared';

/** Every event that is not expressly left out has its place in one of the three seams. */
const EVOLVE: EvolveBy<Exclude<EventType, Unfolded>> = {
  ...evolveByCommand,
  ...evolveByTurn,
  ...evolveByRun,
};

type Evolve = (state: AgentState, event: StoredEvent) => AgentState;

const evolveBy = new Map(Object.entries(EVOLVE)) as ReadonlyMap<
  string,
  // Each function stands under the type of the events that it takes.
  Evolve
>;

/**
 * The agent after an event. Pure and total: an event that does not fit the state leaves it as it
 * is, so a log that was written by any version folds to the end.
 */
export function evolveAgent(state: AgentState, event: StoredEvent): AgentState {
  return evolveBy.get(event.type)?.(state, event) ?? state;
}
