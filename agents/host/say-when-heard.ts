import { setTimeout as delay } from 'node:timers/promises';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { CommandStreams } from '../voice/command-streams.ts';
import { type Said, type Statement, say } from '../voice/say.ts';

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [1_000, 10_000];

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
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const timeoutMs = Math.max(1, Math.ceil(deadline - performance.now()));
      return await say({ ...statement, timeoutMs }, streams);
    } catch (error) {
      const isQuota = error instanceof OrchestratorError && error.code === 'ORC_QUOTA';
      if (!isQuota || performance.now() + wait > deadline) throw error;
      if (wait === FIRST_WAIT_MS) log(error.line);
      await delay(wait);
    }
  }
}
