import { BackOff, type BackOffTimes, isWorthSaying } from './back-off.ts';

export interface KeepRunningOptions {
  signal: AbortSignal;
  times: BackOffTimes;
  /** A life of so many milliseconds proves that it works: the waits begin anew; 10 seconds. */
  settledMs?: number;
  /**
   * Is told of ends that are followed by another life, fewer and fewer of a long row of them; `error`
   * is undefined where it ended without one.
   */
  ended?: (error: unknown, failures: number) => void;
}

const SETTLED_MS = 10_000;

/**
 * Lets something live again whenever its life ends, well or with an error, with growing waits between
 * lives that end soon. Resolves when the signal aborts, after the life that runs then. Never rejects.
 *
 * @example
 * await keepRunning(() => session.run(signal), { signal, times: NEAR, ended: (error) => report(error) });
 */
export async function keepRunning(
  life: () => Promise<unknown>,
  { signal, times, settledMs = SETTLED_MS, ended }: KeepRunningOptions,
): Promise<void> {
  const backOff = new BackOff(times);
  while (!signal.aborted) {
    const began = performance.now();
    const error = await life().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (signal.aborted) return;
    if (performance.now() - began >= settledMs) backOff.reset();
    const wait = backOff.wait(signal);
    if (isWorthSaying(backOff.failures)) ended?.(error, backOff.failures);
    await wait;
  }
}
