import type { Logger } from 'pino';
import {
  type CallOutcome,
  decideAttempt,
  decideOutcome,
  decideUnreadable,
  deliveryEvent,
} from '../../core/domain/delivery/decide-delivery.ts';
import {
  type DeliveryRequest,
  type DeliveryState,
  isSettled,
} from '../../core/domain/delivery/delivery.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { BackOff } from '../../platform/async/back-off.ts';
import { delay } from '../../platform/async/delay.ts';
import { Lanes } from '../../platform/async/lanes.ts';
import type { Health } from '../../platform/service/health.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { CallPiece } from '../../schemas/events/delivery.ts';
import { deliveryFilter } from '../../schemas/subjects.ts';
import { CHANNEL } from '../people/channel.ts';
import { DeliveryHealth } from './delivery-health.ts';
import { apologyIdOf, isNoticeId, shownId } from './delivery-ids.ts';
import { deliveryPlace, requestDelivery } from './ledger.ts';
import type { MessagePart, PartsOptions } from './message-part.ts';
import { OpenDeliveries, type OpenDelivery } from './open-deliveries.ts';
import type { Pace } from './pace.ts';

/** What a delivery consists of, and which question it asks, if any. */
export interface Content {
  parts: readonly MessagePart[];
  questionId?: string | undefined;
}

/** How a part is sent, beside what it is. */
export interface SendState {
  /** It may have been taken already. */
  perhaps: boolean;
  thread?: string | undefined;
  without: readonly CallPiece[];
}

export interface OutboxOptions {
  log: EventLog;
  logger: Logger;
  health: Health;
  pace: Pace;
  /** Rejects where the log is away, and where the content cannot be shown in this way. */
  content: (request: DeliveryRequest, options: PartsOptions) => Promise<Content>;
  /** One call; never throws. */
  send: (chatId: string, part: MessagePart, state: SendState) => Promise<CallOutcome>;
  /** Says to a chat that something could not be shown, in its language. */
  apology: (chatId: string, reason: string) => string;
}

type Waiting = DeliveryState & { phase: 'waiting' };

/** Telegram may be away for long, and is far. */
const CALL_TIMES = { firstMs: 500, longestMs: 30_000 };

/** Of what cannot be formatted the words are brought alone. */
const WORDS_ALONE: PartsOptions = { without: ['entities', 'buttons', 'file'], isRaw: true };

/**
 * Brings what the ledger requests to the chats: in order in each chat, no chat held up by another.
 * An attempt is stated before the call and its outcome after it, so that whoever comes after a
 * crash knows what may have happened. Every append expects the delivery to stand where it is known
 * to, so that two of these never send the same thing without knowing
 * (docs/decisions/0021-delivery-ledger.md). What Telegram refuses is left out and the rest is
 * brought (docs/decisions/0060-the-rest-is-brought.md).
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #end = new AbortController();
  readonly #health: DeliveryHealth;
  readonly #open: OpenDeliveries;
  readonly #lanes = new Lanes();
  #caughtUp = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#health = new DeliveryHealth(options.health, options.logger);
    this.#open = new OpenDeliveries(options.log, this.#health, this.#end.signal);
  }

  /** Follows the ledger from behind a settled place; when `signal` aborts, finishes what is in hand. */
  async run(settled: number, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    this.#open.beginBehind(settled);
    const from = { sequence: settled + 1 };
    const filter = deliveryFilter(CHANNEL);
    signal.addEventListener('abort', () => this.#end.abort(), { once: true });
    for await (const batch of log.follow({ stream: 'EVENTS', from, filter, signal })) {
      const requested = this.#open.fold(batch.messages);
      if (this.#caughtUp) for (const delivery of requested) this.#enqueue(delivery);
      else if (batch.caughtUp) this.#begin();
    }
    await this.#lanes.below(1);
  }

  /** A place up to which everything that was requested is settled. */
  get settledThrough(): number {
    return this.#open.settledThrough;
  }

  #begin(): void {
    this.#caughtUp = true;
    for (const delivery of this.#open.all()) this.#enqueue(delivery);
  }

  #enqueue(delivery: OpenDelivery): void {
    const { chatId } = delivery.state.request;
    this.#lanes.add(chatId, () =>
      this.#deliver(delivery).catch((error: unknown) => {
        if (!this.#end.signal.aborted) this.#health.brokeOff(chatId, error);
      }),
    );
  }

  async #deliver(delivery: OpenDelivery): Promise<void> {
    const backOff = new BackOff(CALL_TIMES);
    let shown: { content: Content; without: string } | undefined;
    while (!isSettled(delivery.state) && !this.#end.signal.aborted) {
      const { state } = delivery;
      if (state.phase !== 'waiting') {
        await this.#stateAmbiguous(delivery);
        continue;
      }
      const without = state.without.join();
      if (shown?.without !== without) {
        const content = await this.#contentOf(delivery, state);
        if (content === undefined) return;
        shown = { content, without };
      }
      await this.#attempt(delivery, state, shown.content, backOff);
    }
  }

  /** Formatted, else in words alone; undefined where neither can be, which is stated then. */
  async #contentOf(delivery: OpenDelivery, state: Waiting): Promise<Content | undefined> {
    const { content, logger } = this.#options;
    const { request, without } = state;
    const { deliveryId } = delivery;
    let reason = '';
    for (const options of [{ without }, WORDS_ALONE]) {
      try {
        return await this.#open.read(() => content(request, options));
      } catch (error) {
        this.#end.signal.throwIfAborted();
        reason = error instanceof Error ? error.message : String(error);
        logger.error({ err: error, deliveryId, ...options }, 'a delivery cannot be shown');
      }
    }
    const place = deliveryPlace(deliveryId);
    const isStated = await this.#open.append(delivery, [decideUnreadable(state, reason, place)]);
    if (isStated) await this.#gaveUp(delivery, reason);
    return undefined;
  }

  /** Whoever stated the attempt has not stated what came of it, and is gone. */
  async #stateAmbiguous(delivery: OpenDelivery): Promise<void> {
    if (delivery.state.phase !== 'attempting') return;
    const reason = 'the bot ended before it knew';
    const { part, attempts } = delivery.state;
    const place = deliveryPlace(delivery.deliveryId);
    const event = deliveryEvent('delivery.ambiguous', { part, reason }, place, String(attempts));
    await this.#open.append(delivery, [event]);
  }

  async #attempt(
    delivery: OpenDelivery,
    state: Waiting,
    { parts, questionId }: Content,
    backOff: BackOff,
  ): Promise<void> {
    const { pace, send } = this.#options;
    const { chatId, thread } = state.request;
    // The parts may be others than those that were counted, after an upgrade: the last says it all.
    const sent = parts[state.part] ?? parts.at(-1);
    if (sent === undefined) throw new Error('a delivery without a part');
    await pace.take(chatId, this.#end.signal);
    const place = () => deliveryPlace(delivery.deliveryId);
    const attempt = decideAttempt(state, parts.length, place());
    const isStated = await this.#open.append(delivery, [attempt]);
    if (!isStated || delivery.state.phase !== 'attempting') return;
    const { perhaps, without } = delivery.state;
    const outcome = await send(chatId, sent, { perhaps, thread, without });
    const events: NewEvent[] = [decideOutcome(delivery.state, parts.length, outcome, place())];
    if (outcome.kind === 'taken' && questionId !== undefined) {
      const message = deliveryPlace(shownId(chatId, outcome.messageId));
      events.push(deliveryEvent('delivery.shown', { questionId }, message, questionId));
    }
    await this.#open.append(delivery, events);
    await this.#afterwards(delivery, outcome, backOff);
  }

  async #afterwards(delivery: OpenDelivery, outcome: CallOutcome, backOff: BackOff): Promise<void> {
    if (outcome.kind === 'taken') {
      backOff.reset();
      this.#health.taken();
      return;
    }
    const { deliveryId, state } = delivery;
    this.#options.logger.warn({ deliveryId, outcome }, 'message not taken');
    if (outcome.kind === 'refused' || outcome.kind === 'without') {
      this.#health.refused();
      if (state.phase === 'failed') await this.#gaveUp(delivery, outcome.reason, outcome);
      return;
    }
    this.#health.failing(outcome);
    const wait = backOff.next();
    await delay((outcome.kind === 'again' && outcome.afterMs) || wait, this.#end.signal);
  }

  /** A person whose chat takes messages is told that this one is missing. */
  async #gaveUp(
    { deliveryId, state }: OpenDelivery,
    reason: string,
    refusal?: { kind: 'refused' | 'without'; code: number },
  ): Promise<void> {
    const { log, apology } = this.#options;
    const { chatId, thread } = state.request;
    this.#health.gaveUp(chatId, reason, refusal?.code ?? 0);
    if (refusal?.kind === 'refused' || isNoticeId(deliveryId)) return;
    const request = { chatId, text: apology(chatId, reason), ...(thread && { thread }) };
    await this.#open.read(() => requestDelivery(log, apologyIdOf(deliveryId), request));
  }
}
