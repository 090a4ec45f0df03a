import { timeoutSignal } from '../../platform/async/timer.ts';

/** What a command may take in all, reconnects and retries included. Times in milliseconds. */
export class Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly #end: number;

  constructor(ms: number) {
    this.signal = timeoutSignal(ms);
    this.#end = performance.now() + ms;
  }

  /** What is left of the time. It is at least 1, since a time-out of 0 means none. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.#end - performance.now()));
  }
}
