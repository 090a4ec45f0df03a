import type { NewEvent } from '../../../schemas/event.ts';
import type { EventContext } from './agent-event.ts';
import type { AgentState } from './agent-state.ts';
import { rejectEvents } from './command/command-events.ts';
import { eventsOfStep } from './events-of-step.ts';
import type { Step } from './next-step.ts';

/**
 * What is stated of a step in the place of what the broker will never take, such as an output that
 * no message holds: that, with the reason. Nothing for a step whose events are small by nature.
 */
export function smallerEvents(
  state: AgentState,
  step: Step,
  reason: string,
  context: EventContext,
): NewEvent[] {
  switch (step.do) {
    case 'state-outcome': {
      const error = `Its output cannot be stored: ${reason}`;
      const outcome = { exitCode: step.outcome.exitCode, output: '', error };
      return eventsOfStep(state, { ...step, outcome }, true, context);
    }
    case 'call': {
      const outcome = { ok: false, code: 'ORC_TOO_LARGE', message: reason } as const;
      return eventsOfStep(state, step, { effects: [], outcome }, context);
    }
    case 'write-file':
      return rejectEvents(state, step.file.commandId, 'ORC_FILE_NOT_WRITTEN', context, reason);
    default:
      return [];
  }
}
