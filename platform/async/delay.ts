import { orAborted } from './or-aborted.ts';
import { startTimer, type TimerOptions } from './timer.ts';

/** Resolves after so many milliseconds, however many; rejects with the signal's reason where that aborts before. */
export async function delay(
  ms: number,
  signal?: AbortSignal,
  options?: TimerOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = startTimer(ms, resolve, options);
  try {
    await orAborted(promise, signal);
  } finally {
    cancel();
  }
}

/**
 * As {@link delay} for a loop that looks at the signal itself: resolves in either case, with whether
 * the time has passed.
 *
 * @example
 * while (await pause(everyMs, signal)) look();
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  return delay(ms, signal).then(
    () => true,
    () => false,
  );
}
