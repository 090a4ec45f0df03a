import { retry } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { CommandStreams } from '../voice/command-streams.ts';
import { type Said, type Statement, say } from '../voice/say.ts';

const TIMES = { firstMs: 1_000, longestMs: 10_000 };

/**
 * As {@link say}, and again while the agent is over its quota, within the statement's time: the end
 * of a turn is stated late rather than never. `log` is told once why it waits.
 */
export async function sayWhenHeard(
  statement: Statement,
  streams: CommandStreams,
  log: (line: string) => void,
): Promise<Said> {
  const deadline = performance.now() + statement.timeoutMs;
  const sayNow = () => {
    const timeoutMs = Math.max(1, Math.ceil(deadline - performance.now()));
    return say({ ...statement, timeoutMs }, streams);
  };
  const failing = (error: unknown, failures: number) => {
    if (isQuota(error) && failures === 1) log(error.line);
  };
  return retry(sayNow, {
    isPassing: isQuota,
    failing,
    times: TIMES,
    patienceMs: statement.timeoutMs,
  });
}

const isQuota = (error: unknown): error is OrchestratorError =>
  error instanceof OrchestratorError && error.code === 'ORC_QUOTA';
