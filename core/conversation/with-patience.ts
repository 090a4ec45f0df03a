import { setTimeout as delay } from 'node:timers/promises';
import { OrchestratorError } from '../../schemas/errors.ts';

/** How long somebody who talks waits for a server that is gone (a restart takes a few seconds). */
export interface Patience {
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

const PAUSE_MS = 250;

/**
 * Does it again while NATS cannot be reached, until the patience is at an end. What is done must be
 * harmless to repeat: reading, or appending under the same ids.
 */
export async function withPatience<T>(
  { patienceMs, signal }: Patience,
  action: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const again = isUnreachable(error) && performance.now() + PAUSE_MS < until;
      if (!again || signal?.aborted) throw error;
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof OrchestratorError &&
  (error.code === 'ORC_NOT_REACHABLE' || error.code === 'ORC_TIMED_OUT');
