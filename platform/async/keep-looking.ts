import { pause } from './delay.ts';

/**
 * Looks again and again, so many milliseconds after each look, until the signal aborts. Never rejects.
 *
 * @param look rejects where the signal aborts, and there alone: what else fails it tries again by itself
 */
export async function keepLooking(
  look: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const looked = () =>
    look().then(
      () => true,
      () => false,
    );
  while (await looked()) await pause(everyMs, signal);
}
