import type { ErrorCode } from '../../../../schemas/errors.ts';
import type { AgentState, PendingFile, PendingRefusal, PendingRun } from '../agent-state.ts';
import type { CommandOutcome } from './command-events.ts';

/** What is to be done for a command, neither with its agent's life nor with a turn. */
export type CommandStep =
  | { do: 'reject'; commandId: string; code: ErrorCode; detail?: string }
  | { do: 'run'; command: PendingRun }
  | { do: 'state-outcome'; commandId: string; outcome: CommandOutcome }
  | { do: 'write-file'; file: PendingFile };

/** Of a command that is the business of no turn and no run. */
export function commandStepOfControl(
  control: PendingRun | PendingFile | PendingRefusal,
): CommandStep {
  const { commandId } = control;
  switch (control.name) {
    case 'late-answer':
      return { do: 'reject', commandId, code: 'ORC_QUESTION_CLOSED' };
    case 'create':
      return { do: 'reject', commandId, code: 'ORC_AGENT_EXISTS' };
    case 'run':
      return { do: 'run', command: control };
    case 'file':
      return { do: 'write-file', file: control };
  }
}

/** Of an agent that does nothing any more every command is refused, one after the other. */
export function nextRejection(
  state: AgentState,
  code: ErrorCode,
  detail?: string,
): CommandStep | undefined {
  const first = state.controls[0] ?? state.queue[0];
  if (first === undefined) return undefined;
  const { commandId } = first;
  return { do: 'reject', commandId, code, ...(detail !== undefined && { detail }) };
}
