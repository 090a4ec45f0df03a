import type { ErrorCode } from '../../../../schemas/errors.ts';
import {
  type AgentState,
  isLive,
  MAX_RUNNING,
  type Overflow,
  type PendingFile,
  type PendingRefusal,
  type PendingRun,
} from '../agent-state.ts';
import type { CommandOutcome } from './command-events.ts';

/** What is to be done for a command, neither with its agent's life nor with a turn. */
export type CommandStep =
  | { do: 'reject'; commandId: string; code: ErrorCode; detail?: string }
  | { do: 'run'; command: PendingRun }
  | { do: 'state-outcome'; commandId: string; outcome: CommandOutcome }
  | { do: 'write-file'; file: PendingFile }
  /** What waits behind so many messages. */
  | { do: 'refuse-queue'; behind: number }
  /** What came where the state had no room for it. */
  | { do: 'refuse-overflow'; overflow: Overflow; code: ErrorCode };

/** What is too much is refused before anything else is done: whoever sent it learns of it at once. */
export function nextRefusal(
  state: AgentState,
  maxQueue = Number.POSITIVE_INFINITY,
): CommandStep | undefined {
  const { overflow } = state;
  if (overflow) return { do: 'refuse-overflow', overflow, code: overflowCode(state) };
  const refuses = isLive(state) && state.queue.length > maxQueue;
  return refuses ? { do: 'refuse-queue', behind: maxQueue } : undefined;
}

function overflowCode({ phase }: AgentState): ErrorCode {
  if (phase === 'unknown') return 'ORC_AGENT_NOT_FOUND';
  return phase === 'ended' ? 'ORC_AGENT_ENDED' : 'ORC_QUEUE_FULL';
}

/** Of a command that is the business of no turn and no run. */
export function commandStepOfControl(
  control: PendingRun | PendingFile | PendingRefusal,
  running: number,
): CommandStep {
  const { commandId } = control;
  switch (control.name) {
    case 'late-answer':
      return { do: 'reject', commandId, code: 'ORC_QUESTION_CLOSED' };
    case 'create':
      return { do: 'reject', commandId, code: 'ORC_AGENT_EXISTS' };
    case 'run':
      return running < MAX_RUNNING
        ? { do: 'run', command: control }
        : { do: 'reject', commandId, code: 'ORC_QUEUE_FULL', detail: `${running} commands run` };
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
