import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  type CallOutcome,
  decideAttempt,
  decideOutcome,
  deliveryEvent,
} from '../../core/domain/delivery/decide-delivery.ts';
import {
  type DeliveryRequest,
  type DeliveryState,
  evolveDelivery,
  isSettled,
} from '../../core/domain/delivery/delivery.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { Health } from '../../platform/service/health.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryFilter, parseSubject } from '../../schemas/subjects.ts';
import { CHANNEL } from '../people/channel.ts';
import { shownId } from './delivery-ids.ts';
import { deliveryPlace } from './ledger.ts';
import type { MessagePart } from './message-part.ts';
import type { Pace } from './pace.ts';

/** What a delivery consists of, and which question it asks, if any. */
export interface Content {
  parts: readonly MessagePart[];
  questionId?: string | undefined;
}

export interface OutboxOptions {
  log: EventLog;
  logger: Logger;
  health: Health;
  pace: Pace;
  content: (request: DeliveryRequest) => Promise<Content>;
  /** One call; never throws. */
  send: (
    chatId: string,
    part: MessagePart,
    state: { perhaps: boolean; plain: boolean },
  ) => Promise<CallOutcome>;
}

interface Entry {
  deliveryId: string;
  /** Where it was requested. */
  sequence: number;
  /** The last event of the delivery that is folded in. */
  last: number;
  state: DeliveryState;
}

const PART = 'telegram deliveries';
const LISTED = '`orchestrator events --type delivery.failed` lists them';
const FORBIDDEN = 403;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const RETRY_MS = 250;

/**
 * Brings what the ledger requests to the chats: in order in each chat, no chat held up by another.
 * An attempt is stated before the call and its outcome after it, so that whoever comes after a
 * crash knows what may have happened. Every append expects the delivery to stand where it is known
 * to, so that two of these never send the same thing without knowing
 * (docs/decisions/0021-delivery-ledger.md).
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Map<string, { queue: Entry[]; run: Promise<void> }>();
  readonly #end = new AbortController();
  #caughtUp = false;
  #place = 0;
  #failed = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Follows the ledger from behind a settled place; when `signal` aborts, finishes what is in hand. */
  async run(settled: number, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    this.#place = settled;
    const from = { sequence: settled + 1 };
    const filter = deliveryFilter(CHANNEL);
    signal.addEventListener('abort', () => this.#end.abort(), { once: true });
    for await (const batch of log.follow({ stream: 'EVENTS', from, filter, signal })) {
      for (const message of batch.messages) this.#fold(message);
      if (batch.caughtUp && !this.#caughtUp) this.#begin();
    }
    await Promise.all([...this.#lanes.values()].map(({ run }) => run));
  }

  /** A place up to which everything that was requested is settled. */
  get settledThrough(): number {
    const open = [...this.#entries.values()].map(({ sequence }) => sequence - 1);
    return Math.min(this.#place, ...open);
  }

  /** Deliveries that are not settled. */
  get waiting(): number {
    return this.#entries.size;
  }

  #fold(message: StoredMessage): void {
    this.#place = message.sequence;
    const address = parseSubject(message.subject);
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || address?.family !== 'delivery') return;
    const { deliveryId } = address;
    const known = this.#entries.get(deliveryId);
    // What was appended here was folded then.
    if (known !== undefined && message.sequence <= known.last) return;
    const state = evolveDelivery(known?.state, parsed.event);
    if (state === undefined) return;
    const { sequence } = message;
    if (known !== undefined) {
      this.#changed(known, state, sequence);
      return;
    }
    const entry = { deliveryId, sequence, last: sequence, state };
    this.#entries.set(deliveryId, entry);
    if (this.#caughtUp) this.#enqueue(entry);
  }

  #changed(entry: Entry, state: DeliveryState, sequence: number): void {
    entry.state = state;
    entry.last = sequence;
    if (isSettled(state)) this.#entries.delete(entry.deliveryId);
  }

  #begin(): void {
    this.#caughtUp = true;
    for (const entry of this.#entries.values()) this.#enqueue(entry);
  }

  #enqueue(entry: Entry): void {
    const { chatId } = entry.state.request;
    const lane = this.#lanes.get(chatId);
    if (lane !== undefined) {
      lane.queue.push(entry);
      return;
    }
    const queue = [entry];
    this.#lanes.set(chatId, { queue, run: this.#runLane(chatId, queue) });
  }

  async #runLane(chatId: string, queue: Entry[]): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await this.#deliver(next).catch((error: unknown) => {
        if (this.#end.signal.aborted) return;
        // It stays in the ledger, and comes again with the next start.
        this.#options.logger.error({ err: error, chatId }, 'delivery broke off');
      });
      if (this.#end.signal.aborted) break;
    }
    this.#lanes.delete(chatId);
  }

  async #deliver(entry: Entry): Promise<void> {
    const { content } = this.#options;
    const what = await this.#untilDone(() => content(entry.state.request));
    if (entry.state.phase === 'attempting') await this.#stateAmbiguous(entry);
    for (let failures = 0; !isSettled(entry.state); ) {
      if (this.#end.signal.aborted) return;
      if (entry.state.phase !== 'waiting') await this.#stateAmbiguous(entry);
      else if (await this.#attempt(entry, entry.state, what, failures)) failures = 0;
      else failures += 1;
    }
  }

  /** Whoever stated the attempt has not stated what came of it, and is gone. */
  async #stateAmbiguous(entry: Entry): Promise<void> {
    if (entry.state.phase !== 'attempting') return;
    const reason = 'the bot ended before it knew';
    const { part, attempts } = entry.state;
    const place = deliveryPlace(entry.deliveryId);
    const event = deliveryEvent('delivery.ambiguous', { part, reason }, place, String(attempts));
    await this.#append(entry, [event]);
  }

  /** Whether the part was taken. */
  async #attempt(
    entry: Entry,
    state: DeliveryState & { phase: 'waiting' },
    { parts, questionId }: Content,
    failures: number,
  ): Promise<boolean> {
    const { pace, send } = this.#options;
    const { chatId } = state.request;
    const part = parts[state.part];
    const last = parts.at(-1);
    // The parts are others than those that were counted: an upgrade in between. The last says it.
    const sent = part ?? last;
    if (sent === undefined) throw new Error('a delivery without a part');
    await pace.take(chatId, this.#end.signal);
    const stated = await this.#append(entry, [
      decideAttempt(state, parts.length, deliveryPlace(entry.deliveryId)),
    ]);
    if (!stated || entry.state.phase !== 'attempting') return false;
    const { perhaps, plain } = entry.state;
    const outcome = await send(chatId, sent, { perhaps, plain });
    const events: NewEvent[] = [
      decideOutcome(entry.state, parts.length, outcome, deliveryPlace(entry.deliveryId)),
    ];
    if (outcome.kind === 'taken' && questionId !== undefined) {
      const place = deliveryPlace(shownId(chatId, outcome.messageId));
      events.push(deliveryEvent('delivery.shown', { questionId }, place, questionId));
    }
    await this.#append(entry, events);
    await this.#afterwards(entry, outcome, failures);
    return outcome.kind === 'taken';
  }

  async #afterwards(entry: Entry, outcome: CallOutcome, failures: number): Promise<void> {
    const { health, logger } = this.#options;
    const { chatId } = entry.state.request;
    if (outcome.kind === 'taken') {
      health.report('telegram', true, 'takes messages');
      if (this.#failed > 0) health.report(PART, true, `${this.#failed} given up; ${LISTED}`);
      return;
    }
    const { deliveryId } = entry;
    logger.warn({ deliveryId, chatId, outcome }, 'message not taken');
    if (entry.state.phase === 'failed') {
      this.#failed += 1;
      const detail = `${this.#failed} given up, the last for chat ${chatId}: ${outcome.reason}; ${LISTED}`;
      // Somebody who has blocked the bot is nothing that an operator can cure.
      const isTheirs = 'code' in outcome && outcome.code === FORBIDDEN;
      health.report(PART, isTheirs, detail);
      return;
    }
    if (outcome.kind === 'plain') return;
    health.report('telegram', false, `${outcome.reason}; tried again`);
    const backOff = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
    const wait = (outcome.kind === 'again' && outcome.afterMs) || backOff;
    await delay(wait, undefined, { signal: this.#end.signal });
  }

  /**
   * Stores events of one delivery, the first of them its own, however long that takes: what was
   * sent must be known. False where somebody else has stated something: then look again.
   */
  async #append(entry: Entry, events: NewEvent[]): Promise<boolean> {
    const { log, logger } = this.#options;
    const filter = deliveryFilter(CHANNEL, entry.deliveryId);
    for (;;) {
      const expect = { filter, sequence: entry.last };
      const result = await log.append(events, { expect });
      if (result.ok && result.sequence > 0) {
        this.#foldOwn(entry, events, result.sequence);
        return true;
      }
      if (result.ok || result.error === 'conflict') {
        await this.#lookAgain(entry, filter);
        return false;
      }
      logger.warn({ error: result.error, deliveryId: entry.deliveryId }, 'ledger not written');
      await delay(RETRY_MS);
    }
  }

  #foldOwn(entry: Entry, events: readonly NewEvent[], sequence: number): void {
    const [own] = events;
    if (own === undefined) return;
    const first = sequence - events.length + 1;
    // What was stored is what was appended, at its place.
    const stored = { ...own, sequence: first } as StoredEvent;
    const state = evolveDelivery(entry.state, stored);
    if (state !== undefined) this.#changed(entry, state, first);
  }

  async #lookAgain(entry: Entry, filter: string): Promise<void> {
    const last = await this.#untilDone(() => this.#options.log.last('EVENTS', filter));
    while (last !== undefined && this.#place < last.sequence) {
      await delay(RETRY_MS / 10, undefined, { signal: this.#end.signal });
    }
    this.#options.logger.info({ deliveryId: entry.deliveryId }, 'delivery changed elsewhere');
  }

  /** Reads from the log again and again while it cannot be reached. */
  async #untilDone<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read();
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'delivery waits');
        await delay(RETRY_MS, undefined, { signal: this.#end.signal });
      }
    }
  }
}
