const MINUTE_S = 60;
const SWEEP_AT = 1_000;

/**
 * How many messages each user has sent within a minute, by the time at which Telegram got them: what
 * waited there while the bot was down is no flood.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #sent = new Map<string, { until: number; count: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /**
   * `first-refused` once in a minute, so that one is told and no flood answers a flood.
   * @param at when it was sent, in seconds
   */
  check(userId: string, at: number): 'taken' | 'first-refused' | 'refused' {
    const known = this.#sent.get(userId);
    const current = known !== undefined && at < known.until ? known : this.#begin(userId, at);
    current.count += 1;
    if (current.count <= this.#perMinute) return 'taken';
    return current.count === this.#perMinute + 1 ? 'first-refused' : 'refused';
  }

  #begin(userId: string, at: number): { until: number; count: number } {
    if (this.#sent.size > SWEEP_AT) {
      for (const [id, { until }] of this.#sent) if (until <= at) this.#sent.delete(id);
    }
    const fresh = { until: at + MINUTE_S, count: 0 };
    this.#sent.set(userId, fresh);
    return fresh;
  }
}
