import { startTimer } from './timer.ts';

/**
 * The promise's value, or the error of `late` where that takes longer than so many milliseconds.
 * What goes on behind it is let be: the process ends with its command.
 */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const cancel = startTimer(ms, () => reject(late()));
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    cancel();
  }
}
