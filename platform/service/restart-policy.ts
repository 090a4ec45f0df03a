import type { BackOffTimes } from '../async/back-off.ts';

/** When a service that died is started again. Times in milliseconds. */
export interface RestartPolicy extends BackOffTimes {
  /** A life this long proves that it works: the waits begin anew. */
  settledMs: number;
  /** So many ends in a row before it was ever ready fail the start. */
  maxFailedStarts: number;
}

export const RESTART_POLICY: RestartPolicy = {
  firstMs: 250,
  longestMs: 5_000,
  settledMs: 10_000,
  maxFailedStarts: 5,
};
