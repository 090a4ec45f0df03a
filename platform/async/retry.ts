import { BackOff, type BackOffTimes, isWorthSaying, NEAR } from './back-off.ts';
import { delay } from './delay.ts';

/** How long somebody goes on trying. */
export interface Patience {
  /** Milliseconds; infinity for what lives as long as its process. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

export interface RetryOptions extends Partial<Patience> {
  /**
   * The classifier: whether time alone can mend this error. Any other is final and is thrown at once;
   * so is the last one when the patience is over.
   */
  isPassing: (error: unknown) => boolean;
  /**
   * Is told failures that are tried again, fewer and fewer of a long row of them: the place for a log
   * line and for health.
   */
  failing?: (error: unknown, failures: number) => void;
  /** {@link NEAR} without. */
  times?: BackOffTimes;
}

/**
 * Does something again, with growing waits, while it fails for a reason that passes. It must be
 * harmless to repeat. Rejects with the error that is final, the last error when the patience is over,
 * and the signal's reason when that aborts.
 *
 * @example
 * const last = await retry(() => log.last('EVENTS', subject), {
 *   isPassing: isUnreachable,
 *   failing: (error) => logger.warn({ err: error }, 'the log cannot be read, trying again'),
 *   signal,
 * });
 */
export async function retry<T>(
  action: () => Promise<T>,
  { isPassing, failing, signal, times = NEAR, patienceMs = Number.POSITIVE_INFINITY }: RetryOptions,
): Promise<T> {
  const backOff = new BackOff(times);
  const end = performance.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      const wait = backOff.next();
      if (!isPassing(error) || performance.now() + wait > end) throw error;
      if (isWorthSaying(backOff.failures)) failing?.(error, backOff.failures);
      await delay(wait, signal);
    }
  }
}

/** For what must be done in the end whatever is wrong, with the failure visible in log or health. */
export const always = (): boolean => true;
