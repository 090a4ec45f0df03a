import {
  type DeliveryState,
  evolveDelivery,
  isSettled,
} from '../../core/domain/delivery/delivery.ts';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { retry } from '../../platform/async/retry.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryFilter, parseSubject } from '../../schemas/subjects.ts';
import { CHANNEL } from '../people/channel.ts';
import type { DeliveryHealth } from './delivery-health.ts';

/** A delivery that is not settled. */
export interface OpenDelivery {
  deliveryId: string;
  /** Where it was requested. */
  sequence: number;
  /** The last event of the delivery that is folded in. */
  last: number;
  state: DeliveryState;
}

/**
 * What the ledger has requested and not settled, folded; and the appends that go on with it, each of
 * which expects its delivery to stand where it is known to.
 */
export class OpenDeliveries {
  readonly #log: EventLog;
  readonly #health: DeliveryHealth;
  /** Ends the waiting for a log that is away. */
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, OpenDelivery>();
  readonly #folded = new ChangeSignal();
  #place = 0;

  constructor(log: EventLog, health: DeliveryHealth, signal: AbortSignal) {
    this.#log = log;
    this.#health = health;
    this.#signal = signal;
  }

  /** Begins behind a settled place. */
  beginBehind(settled: number): void {
    this.#place = settled;
  }

  /** A place up to which everything that was requested is settled. */
  get settledThrough(): number {
    const open = [...this.#open.values()].map(({ sequence }) => sequence - 1);
    return Math.min(this.#place, ...open);
  }

  all(): OpenDelivery[] {
    return [...this.#open.values()];
  }

  /** Folds a batch of the ledger; the deliveries that it has requested. */
  fold(messages: readonly StoredMessage[]): OpenDelivery[] {
    const requested = messages.flatMap((message) => this.#fold(message) ?? []);
    this.#folded.changed();
    return requested;
  }

  /**
   * Stores events of one delivery, the first of them its own, however long the log is away: what was
   * sent must be known. False where somebody else has stated something: then look again. Throws what
   * the log refuses for good.
   */
  async append(delivery: OpenDelivery, events: NewEvent[]): Promise<boolean> {
    const filter = deliveryFilter(CHANNEL, delivery.deliveryId);
    const expect = { filter, sequence: delivery.last };
    const append = async () => {
      const result = await this.#log.append(events, { expect });
      if (result.ok || result.error === 'conflict') return result;
      throw appendError(result);
    };
    const result = await this.#again(append);
    if (result.ok && result.sequence > 0) {
      this.#foldOwn(delivery, events, result.sequence);
      return true;
    }
    await this.#lookAgain(filter);
    return false;
  }

  /** Asks the log again while it cannot be reached, until the signal aborts. */
  read<T>(ask: () => Promise<T>): Promise<T> {
    return this.#again(ask, this.#signal);
  }

  #fold(message: StoredMessage): OpenDelivery | undefined {
    const { sequence } = message;
    this.#place = sequence;
    const address = parseSubject(message.subject);
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || address?.family !== 'delivery') return undefined;
    const { deliveryId } = address;
    const known = this.#open.get(deliveryId);
    // What was appended here was folded then.
    if (known !== undefined && sequence <= known.last) return undefined;
    const state = evolveDelivery(known?.state, parsed.event);
    if (state === undefined) return undefined;
    if (known !== undefined) {
      this.#changed(known, state, sequence);
      return undefined;
    }
    const delivery = { deliveryId, sequence, last: sequence, state };
    this.#open.set(deliveryId, delivery);
    return delivery;
  }

  #changed(delivery: OpenDelivery, state: DeliveryState, sequence: number): void {
    delivery.state = state;
    delivery.last = sequence;
    if (isSettled(state)) this.#open.delete(delivery.deliveryId);
  }

  #foldOwn(delivery: OpenDelivery, events: readonly NewEvent[], sequence: number): void {
    const [own] = events;
    if (own === undefined) return;
    const first = sequence - events.length + 1;
    // It may have been heard before it was acknowledged: an attempt counts once.
    if (first <= delivery.last) return;
    // What was stored is what was appended, at its place.
    const stored = { ...own, sequence: first } as StoredEvent;
    const state = evolveDelivery(delivery.state, stored);
    if (state !== undefined) this.#changed(delivery, state, first);
  }

  /** Until what somebody else has stated is folded. */
  async #lookAgain(filter: string): Promise<void> {
    const last = await this.read(() => this.#log.last('EVENTS', filter));
    const wanted = last?.sequence ?? 0;
    await this.#folded.until(() => this.#place >= wanted, this.#signal);
  }

  async #again<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    let isFailing = false;
    const failing = (error: unknown) => {
      isFailing = true;
      this.#health.waiting(error);
    };
    const result = await retry(action, { isPassing, failing, signal });
    if (isFailing) this.#health.goesOn();
    return result;
  }
}
