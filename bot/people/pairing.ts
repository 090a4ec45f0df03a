import { randomInt } from 'node:crypto';

/** Without what is taken for something else: I and 1, O and 0. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 6;

/** How long a code may be used (ms). */
export const PAIRING_MS = 10 * 60_000;
/** After so many wrong codes, by whomever, none counts any more: of 2^30 that is no guess worth the while. */
const WRONG_CODES = 20;
/** Of one admin the last ones count. */
const MAX_CODES = 20;

interface Offer {
  code: string;
  /** The admin who let somebody in by it. */
  by: string;
  until: number;
  usedBy?: string;
}

/**
 * Codes by which an admin lets somebody in whose id nobody knows. Each lets in one person, within ten minutes, and as long as
 * this process runs: another one is asked for in a moment, so none is kept.
 */
export class Pairing {
  readonly #now: () => number;
  #offers: Offer[] = [];
  #wrong = 0;

  /** @param now milliseconds of a clock that only goes on */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** A new code of an admin's. */
  offer(by: string): string {
    this.#forget();
    if (this.#offers.length === 0) this.#wrong = 0;
    const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    this.#offers = [...this.#offers, { code, by, until: this.#now() + PAIRING_MS }].slice(
      -MAX_CODES,
    );
    return code;
  }

  /** The admin who offered the code; undefined where it does not count. The same user may bring it again: an update is repeated. */
  take(code: string, userId: string): string | undefined {
    this.#forget();
    const found = this.#offers.find((offer) => offer.code === code.toUpperCase());
    if (found === undefined || (found.usedBy ?? userId) !== userId) {
      this.#wrong += 1;
      if (this.#wrong >= WRONG_CODES) this.#offers = [];
      return undefined;
    }
    found.usedBy = userId;
    return found.by;
  }

  #forget(): void {
    const now = this.#now();
    this.#offers = this.#offers.filter(({ until }) => now < until);
  }
}

/** The code in what somebody wrote to the bot, or opened it by: `/pair K7Q2MF`, `/start K7Q2MF`. Pure. */
export const pairingCode = (text: string): string | undefined =>
  /^\/(?:pair|start)(?:@\w+)?\s+([A-Za-z0-9]{6})$/.exec(text.trim())?.[1];
