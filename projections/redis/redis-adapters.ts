import { keepRunning } from '../../platform/async/keep-running.ts';
import type { Health } from '../../platform/service/health.ts';
import { reasonOf, redisAddress } from './redis-connection.ts';
import { type MirrorLag, RedisSession, type SessionOptions } from './redis-session.ts';

export interface RedisAdaptersOptions extends SessionOptions {
  health: Health;
}

const TIMES = { firstMs: 250, longestMs: 2_000 };

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
    const { signal } = this.#abort;
    const session = () =>
      new RedisSession(this.#options).run(signal, (lag) => this.#reportLag(lag));
    this.#running = keepRunning(session, {
      signal,
      times: TIMES,
      ended: (error) => this.#reportLoss(error),
    });
  }

  /** Lets go of Redis; what was in hand is taken up by the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  get #address(): string {
    return redisAddress(this.#options.url);
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
