import { constants } from 'node:os';
import type { CommandOutcome } from '../core/domain/agent/command/command-events.ts';
import type { ExecOutcome, ProcessExit } from './runtime/runtime.ts';

/** The agent, and the place where its commands run, is gone. */
export const NOT_RUN: CommandOutcome = { exitCode: -1, output: '', error: 'The agent has ended' };

/** The spawner that had started it ended before it did; it is not run again. */
export const FORSAKEN: CommandOutcome = {
  exitCode: -1,
  output: '',
  error: 'The spawner ended while the command ran; it is not run again',
};

/** What came of a program, as the log states it. Bytes that are not UTF-8 become U+FFFD. */
export function commandOutcome(outcome: ExecOutcome, timeoutMs: number): CommandOutcome {
  const output = Buffer.from(outcome.stdout).toString();
  const stderr = Buffer.from(outcome.stderr).toString();
  switch (outcome.ended) {
    case 'exit':
      return { exitCode: shellStatus(outcome.exit), output, error: stderr };
    case 'timeout':
      return { exitCode: -1, output, error: `Command timed out after ${timeoutMs / 1000}s` };
    case 'failed':
      return { exitCode: -1, output, error: outcome.reason };
  }
}

/** As a shell says it: 128 and the signal's number for what was killed (POSIX, "Exit Status"). */
function shellStatus({ code, signal }: ProcessExit): number {
  const signals: Partial<Record<string, number>> = constants.signals;
  return code ?? 128 + (signals[signal ?? ''] ?? 0);
}
