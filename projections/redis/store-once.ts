import { setTimeout as delay } from 'node:timers/promises';
import {
  type AppendFailure,
  type AppendResult,
  appendError,
} from '../../core/log/append-result.ts';

const RETRY_MS = 250;

/** What time alone can mend. */
const PASSING = new Set<AppendFailure['error']>(['not-reachable', 'storage-full', 'no-stream']);

/**
 * Appends until it is stored, however long the log is away: what came from Redis is in Redis until
 * then. The append must be harmless to repeat.
 *
 * @returns the sequence
 * @throws the OrchestratorError of what is refused for good, and the signal's reason
 */
export async function storeOnce(
  append: () => Promise<AppendResult>,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    const result = await append();
    if (result.ok) return result.sequence;
    if (!PASSING.has(result.error)) throw appendError(result);
    await delay(RETRY_MS, undefined, { signal });
  }
}
