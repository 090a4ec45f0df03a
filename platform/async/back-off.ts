import { pause } from './delay.ts';

/** Waits that grow. Times in milliseconds. */
export interface BackOffTimes {
  /** The first wait; each one after it is twice as long. */
  firstMs: number;
  /** No wait is longer. */
  longestMs: number;
}

/** For what is near: a server of the same machine or data centre that restarts in seconds. */
export const NEAR: BackOffTimes = { firstMs: 250, longestMs: 5_000 };

/**
 * The waits between tries: each twice the one before, up to the longest, and shortened by chance by
 * up to a half, so that many that failed together do not come back together.
 */
export class BackOff {
  readonly #times: BackOffTimes;
  readonly #random: () => number;
  /** Failures since the last success. */
  failures = 0;

  /** @param random between 0 and 1 */
  constructor(times: BackOffTimes, random: () => number = Math.random) {
    this.#times = times;
    this.#random = random;
  }

  /** Counts a failure; how many milliseconds to wait after it. */
  next(): number {
    const { firstMs, longestMs } = this.#times;
    const wait = Math.min(firstMs * 2 ** this.failures, longestMs);
    this.failures += 1;
    return wait * (1 - this.#random() / 2);
  }

  /** It worked: the waits begin anew. */
  reset(): void {
    this.failures = 0;
  }

  /** Counts a failure and waits after it; false when the signal aborted meanwhile. */
  wait(signal?: AbortSignal): Promise<boolean> {
    return pause(this.next(), signal);
  }
}

/**
 * Whether this failure in a row is one to be said: the 1st, 2nd, 4th, 8th … With a back-off these are
 * seconds, then minutes, then hours apart, so an outage is told and does not fill the log.
 */
export const isWorthSaying = (failures: number): boolean => Number.isInteger(Math.log2(failures));
