import { delay } from '../../platform/async/delay.ts';

/** So many at once, and then one in so many milliseconds. */
export interface Rate {
  burst: number;
  everyMs: number;
}

export interface PaceLimits {
  privateChat: Rate;
  group: Rate;
  /** All chats together. */
  bot: Rate;
}

/**
 * What Telegram wants (Bots FAQ, "My bot is hitting limits"): about one message a second in a chat
 * with short bursts above it, 20 a minute in a group, 30 a second in all.
 */
export const TELEGRAM_LIMITS: PaceLimits = {
  privateChat: { burst: 3, everyMs: 1_000 },
  group: { burst: 3, everyMs: 3_000 },
  bot: { burst: 30, everyMs: 34 },
};

/** A bucket that fills with time: what is taken from it is never more than the rate. */
class Bucket {
  readonly #rate: Rate;
  /** When it will be full again, if nothing more is taken. */
  #fullAt = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Milliseconds until `count` may be taken. */
  wait(now: number, count = 1): number {
    const room = (this.#rate.burst - count) * this.#rate.everyMs;
    return Math.max(0, this.#fullAt - now - room);
  }

  take(now: number): void {
    this.#fullAt = Math.max(this.#fullAt, now) + this.#rate.everyMs;
  }

  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }
}

const SWEEP_AT = 1_000;

/** Time, as the pace has it; in milliseconds. */
export interface PaceClock {
  now(): number;
  /** Rejects when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
}

const REAL_TIME: PaceClock = {
  now: () => performance.now(),
  wait: (ms, signal) => delay(ms, signal),
};

/** Holds each chat to its rate, without holding up another. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #clock: PaceClock;
  readonly #bot: Bucket;
  readonly #chats = new Map<string, Bucket>();

  constructor(limits = TELEGRAM_LIMITS, clock = REAL_TIME) {
    this.#limits = limits;
    this.#clock = clock;
    this.#bot = new Bucket(limits.bot);
  }

  /** Resolves when a message may go to the chat; it counts as sent then. */
  async take(chatId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const wait = Math.max(this.#chat(chatId).wait(now), this.#bot.wait(now));
      if (wait === 0) return this.#count(chatId, now);
      await this.#clock.wait(Math.ceil(wait), signal);
    }
  }

  /** Takes one only where another one is left for a message that matters more. */
  tryTakeSpare(chatId: string): boolean {
    const now = this.#clock.now();
    const wait = Math.max(this.#chat(chatId).wait(now, 2), this.#bot.wait(now, 2));
    if (wait > 0) return false;
    this.#count(chatId, now);
    return true;
  }

  #count(chatId: string, now: number): void {
    this.#chat(chatId).take(now);
    this.#bot.take(now);
    if (this.#chats.size > SWEEP_AT) this.#forgetQuiet(now);
  }

  #chat(chatId: string): Bucket {
    const { group, privateChat } = this.#limits;
    const known = this.#chats.get(chatId);
    if (known) return known;
    const bucket = new Bucket(isGroup(chatId) ? group : privateChat);
    this.#chats.set(chatId, bucket);
    return bucket;
  }

  #forgetQuiet(now: number): void {
    for (const [chatId, bucket] of this.#chats) if (bucket.isFull(now)) this.#chats.delete(chatId);
  }
}

/** Telegram gives groups and channels negative ids. */
export const isGroup = (chatId: string): boolean => chatId.startsWith('-');
