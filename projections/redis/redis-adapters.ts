import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from '../../platform/service/health.ts';
import { reasonOf, redisAddress } from './redis-connection.ts';
import { type MirrorLag, RedisSession, type SessionOptions } from './redis-session.ts';

export interface RedisAdaptersOptions extends SessionOptions {
  health: Health;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [250, 2_000];

/** A session that lived this long was a good one: the next is opened at once. */
const GOOD_MS = 10_000;

/** Mirrors to Redis and listens to it whenever it is there, and says in health whether it is. */
export class RedisAdapters {
  readonly #options: RedisAdaptersOptions;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: RedisAdaptersOptions) {
    this.#options = options;
  }

  /** Begins; nothing waits for Redis. */
  start(): void {
    this.#options.health.report('redis', false, `${this.#address}: connecting`);
    this.#running = this.#keepRunning();
  }

  /** Lets go of Redis; what was in hand is taken up by the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  get #address(): string {
    return redisAddress(this.#options.url);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#abort;
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const began = performance.now();
      try {
        await new RedisSession(this.#options).run(signal, (lag) => this.#reportLag(lag));
      } catch (error) {
        if (!signal.aborted) this.#reportLoss(error);
      }
      if (performance.now() - began > GOOD_MS) wait = FIRST_WAIT_MS;
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  #reportLag({ events, logs }: MirrorLag): void {
    const { health } = this.#options;
    health.report('redis', true, `${this.#address}: connected`);
    const behind = `${events} events and ${logs} log lines behind`;
    health.report('redis mirror', true, events + logs === 0 ? 'up to date' : behind);
  }

  #reportLoss(error: unknown): void {
    const { health, logger } = this.#options;
    const address = this.#address;
    const reason = reasonOf(error);
    const detail = `${address}: ${reason}; everything else works, and what Redis lacks is written when it is back`;
    health.report('redis', false, detail);
    health.report('redis mirror', false, 'waits for Redis');
    logger.warn({ address, reason }, 'Redis is away; trying again');
  }
}
