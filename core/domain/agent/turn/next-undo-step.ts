import type { LiveAgent } from '../agent-state.ts';
import type { CommandStep } from '../command/next-command-step.ts';
import type { TurnStep } from './next-turn-step.ts';

/** Taken back is what the last turn did: nothing while one runs, and nothing that no snapshot has. */
export function undoStep(state: LiveAgent, commandId: string): TurnStep | CommandStep {
  const [last, before] = (state.snapshots ?? []).toReversed();
  if (state.turn !== null) return { do: 'reject', commandId, code: 'ORC_AGENT_BUSY' };
  if (last === undefined || last.isOldest)
    return { do: 'reject', commandId, code: 'ORC_NO_CHANGES' };
  return { do: 'undo', commandId, last, before };
}
