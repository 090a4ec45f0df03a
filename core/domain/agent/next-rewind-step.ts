import type { EndedAgent, LiveAgent, PendingRewind } from './agent-state.ts';
import type { CommandStep } from './command/next-command-step.ts';
import type { RunStep } from './run/next-run-step.ts';
import type { TurnStep } from './turn/next-turn-step.ts';

/** First the files, while there is a process to do it; then it ends, and goes on from that turn. Nothing while a turn runs. */
export function rewindStep(
  { turn, snapshots = [] }: LiveAgent,
  { commandId, turnId, files }: PendingRewind,
): TurnStep | RunStep | CommandStep {
  if (turn !== null) return { do: 'reject', commandId, code: 'ORC_AGENT_BUSY' };
  if (!files) return { do: 'stop', reason: 'stop' };
  const last = snapshots.at(-1);
  const before = snapshots.find((snapshot) => snapshot.turnId === turnId);
  if (last === undefined || before === undefined) {
    return { do: 'reject', commandId, code: 'ORC_NO_CHANGES' };
  }
  return { do: 'undo', commandId, last, before, to: turnId };
}

/** Of one that has ended, because of the rewind or before it. */
export function endedRewindStep(
  { running }: EndedAgent,
  { commandId, turnId, sequence, files }: PendingRewind,
): RunStep | CommandStep | undefined {
  if (files) return { do: 'reject', commandId, code: 'ORC_AGENT_ENDED' };
  // Commands that were begun have their outcomes first.
  if (running !== undefined) return undefined;
  return { do: 'resume', commandId, rewound: { turnId, sequence } };
}
