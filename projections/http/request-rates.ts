import { OrchestratorError } from '../../schemas/errors.ts';

const WINDOW_MS = 60_000;

/** Callers that are remembered; beyond, those of the oldest windows are forgotten. */
const MAX_CALLERS = 10_000;

/** Counts requests of each caller within a minute. */
export class RequestRates {
  readonly #limit: number;
  readonly #callers = new Map<string, { count: number; endsAt: number }>();

  /** @param limit how many each may make within a minute */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * One more of a caller, at a time of a steady clock (milliseconds). Throws ORC_RATE_LIMIT where that is
   * too many.
   */
  count(caller: string, now: number): void {
    const known = this.#callers.get(caller);
    if (known === undefined || now >= known.endsAt) {
      this.#callers.delete(caller);
      this.#callers.set(caller, { count: 1, endsAt: now + WINDOW_MS });
      const [oldest] = this.#callers.keys();
      if (this.#callers.size > MAX_CALLERS && oldest !== undefined) this.#callers.delete(oldest);
      return;
    }
    known.count += 1;
    if (known.count <= this.#limit) return;
    const seconds = Math.ceil((known.endsAt - now) / 1000);
    throw new TooManyRequests(seconds, this.#limit);
  }
}

/** A caller has to wait. */
export class TooManyRequests extends OrchestratorError {
  readonly retryAfterSeconds: number;

  constructor(seconds: number, limit: number) {
    const what = `More than ${limit} requests within a minute; again in ${seconds} s`;
    super('ORC_RATE_LIMIT', what);
    this.retryAfterSeconds = seconds;
  }
}
