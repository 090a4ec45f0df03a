const MINUTE_S = 60;
const SWEEP_AT = 1_000;

/** `first-refused` once in a minute, so that one is told and no flood answers a flood. */
export type Verdict = 'taken' | 'first-refused' | 'refused';

interface Minute {
  until: number;
  /** By update: one that is handled again counts once. */
  verdicts: Map<string, Verdict>;
}

/**
 * How many messages each user has sent within a minute, by the time at which Telegram got them: what
 * waited there while the bot was down is no flood.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #minutes = new Map<string, Minute>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** @param at when it was sent, in seconds */
  check(userId: string, updateId: string, at: number): Verdict {
    const known = this.#minutes.get(userId);
    const { verdicts } = known !== undefined && at < known.until ? known : this.#begin(userId, at);
    const verdict = verdicts.get(updateId) ?? this.#verdict(verdicts.size + 1);
    verdicts.set(updateId, verdict);
    return verdict;
  }

  #verdict(count: number): Verdict {
    if (count <= this.#perMinute) return 'taken';
    return count === this.#perMinute + 1 ? 'first-refused' : 'refused';
  }

  #begin(userId: string, at: number): Minute {
    if (this.#minutes.size > SWEEP_AT) {
      for (const [id, { until }] of this.#minutes) if (until <= at) this.#minutes.delete(id);
    }
    const fresh = { until: at + MINUTE_S, verdicts: new Map() };
    this.#minutes.set(userId, fresh);
    return fresh;
  }
}
