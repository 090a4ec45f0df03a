import type { Logger } from 'pino';
import type { CallOutcome } from '../../core/domain/delivery/decide-delivery.ts';
import type { Health } from '../../platform/service/health.ts';

/** The calls of Telegram, and the deliveries that they are made for. */
const [CALLS, DELIVERIES] = ['telegram', 'telegram deliveries'] as const;
const LISTED = '`orchestrator events --type delivery.failed` lists them';
const FORBIDDEN = 403;

type Refusal = Exclude<CallOutcome, { kind: 'taken' }>;

/** What the health of the bot says of deliveries. */
export class DeliveryHealth {
  readonly #health: Health;
  readonly #logger: Logger;
  #givenUp = 0;
  #brokenOff = 0;

  constructor(health: Health, logger: Logger) {
    this.#health = health;
    this.#logger = logger;
  }

  taken(): void {
    this.#health.report(CALLS, true, 'takes messages');
    if (this.#givenUp > 0) this.#deliveries(true, `${this.#givenUp} given up; ${LISTED}`);
  }

  /** Telegram is there, but did not take it as it was, and perhaps takes less of it. */
  refused(): void {
    this.#health.report(CALLS, true, 'answers');
  }

  /** Tried again later. */
  failing({ reason }: Refusal): void {
    this.#health.report(CALLS, false, `${reason}; tried again`);
  }

  gaveUp(chatId: string, reason: string, code: number): void {
    this.#givenUp += 1;
    // Somebody who has blocked the bot is nothing that an operator can cure.
    const isTheirs = code === FORBIDDEN;
    const detail = `${this.#givenUp} given up, the last for chat ${chatId}: ${reason}; ${LISTED}`;
    this.#deliveries(isTheirs, detail);
  }

  /** The log cannot be read or written, which time may mend. */
  waiting(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#logger.warn({ err: error }, 'delivery waits');
    this.#deliveries(false, `wait for the log: ${reason}; tried again`);
  }

  /** The log is read and written again. */
  goesOn(): void {
    this.#deliveries(true, 'go on');
  }

  /** It stays in the ledger, and comes again with the next start. */
  brokeOff(chatId: string, error: unknown): void {
    this.#brokenOff += 1;
    this.#logger.error({ err: error, chatId }, 'delivery broke off');
    this.#deliveries(true, '');
  }

  #deliveries(ok: boolean, detail: string): void {
    const broken = `${this.#brokenOff} broke off and are tried again at the next start; the system log says why`;
    if (this.#brokenOff > 0) this.#health.report(DELIVERIES, false, broken);
    else this.#health.report(DELIVERIES, ok, detail);
  }
}
