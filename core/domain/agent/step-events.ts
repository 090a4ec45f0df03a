import type { NewEvent } from '../../../schemas/event.ts';
import type { EventContext } from './agent-event.ts';
import { type AgentState, isLive, type LiveAgent } from './agent-state.ts';

/** What doing a step of this name came to, as far as the log is told; `true`: that it was done. */
export type ToldOf<Told, Name> = Name extends keyof Told ? Told[Name] : true;

/** What is stated once a step is done, by the step's name; nothing where it does not fit the state. */
export type StepEvents<S extends { do: string }, Told> = {
  [Name in S['do']]: (
    state: AgentState,
    step: Extract<S, { do: Name }>,
    told: ToldOf<Told, Name>,
    context: EventContext,
  ) => NewEvent[];
};

/** For a step that only an agent with a process has. */
export const whileLive =
  <Rest extends unknown[]>(events: (state: LiveAgent, ...rest: Rest) => NewEvent[]) =>
  (state: AgentState, ...rest: Rest): NewEvent[] =>
    isLive(state) ? events(state, ...rest) : [];
