/** When a service that died is started again. Times in milliseconds. */
export interface RestartPolicy {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A life this long proves that it works: the delay begins anew. */
  healthyAfterMs: number;
  /** The number of ends in a row, before the process was ever ready, that fails the start. */
  maxFailedStarts: number;
}

export const RESTART_POLICY: RestartPolicy = {
  firstDelayMs: 250,
  maxDelayMs: 5_000,
  healthyAfterMs: 10_000,
  maxFailedStarts: 5,
};

/** The delay before the next start, given the delay before this one and how long it lived. */
export function nextDelay(policy: RestartPolicy, delayMs: number, livedMs: number): number {
  if (delayMs === 0 || livedMs >= policy.healthyAfterMs) return policy.firstDelayMs;
  return Math.min(delayMs * 2, policy.maxDelayMs);
}
