import { deliveryEvent } from '../../core/domain/delivery/decide-delivery.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import { retry } from '../../platform/async/retry.ts';
import type { Health } from '../../platform/service/health.ts';
import { BOOKMARK } from './delivery-ids.ts';
import { deliveryPlace, settledThrough } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import type { ResponseListener } from './response-listener.ts';

export interface DeliveriesOptions {
  log: EventLog;
  listener: ResponseListener;
  outbox: Outbox;
  health: Health;
  /** The messages of jobs: up to which place in the log they show all that was said. */
  jobs: { readonly shownThrough: number };
  /** Milliseconds between two notes of the place; 15,000. */
  noteEveryMs?: number;
}

const NOTE_EVERY_MS = 15_000;
const PART = 'telegram deliveries';

/**
 * From what agents say to the chats, from where the last run was: hears, requests, sends, and now
 * and then notes up to where everything is settled, so that the next run reads no more than it must.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  #noted = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** The last place in the log of what was said and done that it has dealt with, on from that of its start. */
  get heardThrough(): number {
    return this.#options.listener.place;
  }

  /** Ends when the signal aborts, with what is in hand finished. */
  async run(signal: AbortSignal): Promise<void> {
    const { listener, outbox, noteEveryMs = NOTE_EVERY_MS } = this.#options;
    const settled = await settledAtStart(this.#options, signal);
    if (settled === undefined) return;
    this.#noted = settled;
    const timer = setInterval(() => void this.#note(), noteEveryMs);
    await Promise.all([outbox.run(settled, signal), listener.run(settled, signal)]);
    clearInterval(timer);
    await this.#note();
  }

  /** A note that cannot be stored is no loss: the next one says as much. */
  async #note(): Promise<void> {
    const { log, listener, outbox, jobs } = this.#options;
    // Whoever comes next hears again what no message shows.
    const through = Math.min(listener.place, outbox.settledThrough, jobs.shownThrough);
    if (through <= this.#noted) return;
    this.#noted = through;
    const place = deliveryPlace(BOOKMARK);
    await log.append(deliveryEvent('delivery.settled', { through }, place, String(through)));
  }
}

/** Undefined where the signal aborts before the log can be read. */
async function settledAtStart(
  { log, health }: DeliveriesOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const failing = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    health.report(PART, false, `wait for the log: ${reason}; tried again`);
  };
  try {
    const settled = await retry(() => settledThrough(log), { isPassing, failing, signal });
    health.report(PART, true, 'go on');
    return settled;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
