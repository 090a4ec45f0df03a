/**
 * What Node's timers can wait at most, 24.8 days: they hold a signed 32-bit number, and ring at once
 * beyond. The bound of time-outs that a library keeps by such a timer.
 */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface TimerOptions {
  /** Whether the process stays alive for it; true. */
  ref?: boolean;
}

/**
 * Calls `ring` once after so many milliseconds, however many they are: 30 days are more than a timer
 * of Node holds. Infinity never rings. Returns how to cancel it, which may be done at any time.
 *
 * @example
 * const cancel = startTimer(30 * 86_400_000, () => wake(), { ref: false });
 */
export function startTimer(
  ms: number,
  ring: () => void,
  { ref = true }: TimerOptions = {},
): () => void {
  const end = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const step = () => {
    const leftMs = Math.max(1, end - performance.now());
    timer = setTimeout(leftMs > LONGEST_TIMER_MS ? step : ring, Math.min(leftMs, LONGEST_TIMER_MS));
    if (!ref) timer.unref();
  };
  step();
  return () => clearTimeout(timer);
}

/** `AbortSignal.timeout` for any number of milliseconds; that one refuses what its timer cannot hold. */
export function timeoutSignal(ms: number): AbortSignal {
  if (ms <= LONGEST_TIMER_MS) return AbortSignal.timeout(ms);
  const late = new AbortController();
  const ring = () => late.abort(new DOMException('the time is over', 'TimeoutError'));
  startTimer(ms, ring, { ref: false });
  return late.signal;
}
