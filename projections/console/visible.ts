/** Resolves when the page is seen, at once where it is; rejects with the signal's reason. */
export function untilVisible(signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    if (!document.hidden) resolve();
  };
  const leave = () => reject(signal.reason);
  document.addEventListener('visibilitychange', look);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  look();
  return promise.finally(() => {
    document.removeEventListener('visibilitychange', look);
    signal.removeEventListener('abort', leave);
  });
}

/** Aborted when the signal is, or when nobody sees the page any more. */
export function whileVisible(signal: AbortSignal): AbortSignal {
  const hidden = new AbortController();
  const look = () => {
    if (document.hidden) hidden.abort();
  };
  document.addEventListener('visibilitychange', look, { signal: hidden.signal });
  signal.addEventListener('abort', () => hidden.abort(), { once: true, signal: hidden.signal });
  if (signal.aborted) hidden.abort();
  return hidden.signal;
}

/** Resolves after a time, milliseconds, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
