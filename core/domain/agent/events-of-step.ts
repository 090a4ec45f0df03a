import type { NewEvent } from '../../../schemas/event.ts';
import type { EventContext } from './agent-event.ts';
import type { AgentState } from './agent-state.ts';
import { type CommandTold, commandStepEvents } from './command/command-step-events.ts';
import type { Step } from './next-step.ts';
import { type RunTold, runStepEvents } from './run/run-step-events.ts';
import type { StepEvents, ToldOf } from './step-events.ts';
import { type TurnTold, turnStepEvents } from './turn/turn-step-events.ts';

type StepTold = RunTold & TurnTold & CommandTold;

/** What doing a step came to, as far as it is to be stated. */
export type Told<Name extends Step['do'] = Step['do']> = ToldOf<StepTold, Name>;

const STEP_EVENTS: StepEvents<Step, StepTold> = {
  ...commandStepEvents,
  ...turnStepEvents,
  ...runStepEvents,
};

/**
 * What is appended once a step is done. Pure; what had to be done outside for it was done before.
 *
 * @param told what doing it came to
 * @returns nothing where the step is none of this state
 */
export function eventsOfStep<S extends Step>(
  state: AgentState,
  step: S,
  told: Told<S['do']>,
  context: EventContext,
): NewEvent[] {
  // Each function stands under the name of the steps that it takes.
  const events = STEP_EVENTS[step.do] as (
    state: AgentState,
    step: Step,
    told: Told<S['do']>,
    context: EventContext,
  ) => NewEvent[];
  return events(state, step, told, context);
}
