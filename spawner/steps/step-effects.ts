import type { AgentState } from '../../core/domain/agent/agent-state.ts';
import type { Told } from '../../core/domain/agent/events-of-step.ts';
import type { Step } from '../../core/domain/agent/next-step.ts';

/**
 * What a step does outside of the log, by the step's name: what came of it, which is stated next, or
 * undefined where there is nothing to state, or not yet.
 */
export type StepEffects<S extends Step> = {
  [Name in S['do']]: (
    step: Extract<S, { do: Name }>,
    state: AgentState,
  ) => Promise<Told<Name> | undefined>;
};

/** A step that is no more than what is stated of it. */
export const nothingElse = async (): Promise<true> => true;
