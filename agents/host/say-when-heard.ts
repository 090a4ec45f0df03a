import { retry } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { CommandStreams } from '../voice/command-streams.ts';
import { beginQuickly } from '../voice/quick-way.ts';
import { type Statement, say } from '../voice/say.ts';

const TIMES = { firstMs: 1_000, longestMs: 10_000 };

/**
 * As {@link say}, and again while the agent is over its quota, within the statement's time: the end
 * of a turn is stated late rather than never. `log` is told once why it waits.
 */
export async function sayWhenHeard(
  statement: Statement,
  streams: CommandStreams,
  log: (line: string) => void,
): Promise<void> {
  const deadline = performance.now() + statement.timeoutMs;
  const { tool } = statement;
  const quick = beginQuickly({ ...statement, tool, done: undefined }, streams.env);
  const tell = { err: (line: string) => void streams.stderr.write(line), out: () => undefined };
  if (await quick?.finish(tell)) return;
  const sayNow = () => {
    const timeoutMs = Math.max(1, Math.ceil(deadline - performance.now()));
    return say({ ...statement, timeoutMs }, { ...streams, begun: quick?.begun });
  };
  const failing = (error: unknown, failures: number) => {
    if (isQuota(error) && failures === 1) log(error.line);
  };
  await retry(sayNow, {
    isPassing: isQuota,
    failing,
    times: TIMES,
    patienceMs: statement.timeoutMs,
  });
}

const isQuota = (error: unknown): error is OrchestratorError =>
  error instanceof OrchestratorError && error.code === 'ORC_QUOTA';
