/**
 * The outcome of `promise`, or the signal's reason where that aborts first. Its listener is gone
 * when this settles, so it may stand in a loop below a signal that lives as long as the process.
 *
 * The promise itself remembers who waits for it until it settles: in a loop it must be a new one each
 * time. Wait for a {@link ChangeSignal} instead of one that many rounds share.
 */
export async function orAborted<T>(
  promise: PromiseLike<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Resolves when the signal aborts. It listens until then: for the one wait of a service's life, not
 * for a loop.
 */
export function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
