import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Speakers } from '../../core/conversation/speakers.ts';
import { agentOf } from '../../core/conversation/talk.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryIdOf } from './delivery-ids.ts';
import { requestDelivery } from './ledger.ts';
import type { Owners } from './owners.ts';

/** What is shown while an agent works, and is worth nothing afterwards. */
export interface LiveStatus {
  working(chatId: string, turnId: string): void;
  progress(chatId: string, text: string): void;
  done(chatId: string): void;
}

export interface ResponseListenerOptions {
  log: EventLog;
  owners: Owners;
  status: LiveStatus;
  logger: Logger;
  /** Of the commands that this channel gave: their rejections are for their chat. */
  isOwnCommand: (commandId: string) => boolean;
}

const RETRY_MS = 250;

/**
 * Hears what agents say and requests its delivery in the ledger, in the order of the log. Where it
 * is in the log is part of the log: it begins behind the last place up to which everything is
 * settled, and what it meets again is in the ledger already. So nothing that is said while the bot
 * is down, or dies, is passed over. What an agent says after its end is nobody's.
 */
export class ResponseListener {
  readonly #options: ResponseListenerOptions;
  readonly #speakers: Speakers;
  /** The last event that was dealt with. */
  place = 0;

  constructor(options: ResponseListenerOptions) {
    this.#options = options;
    this.#speakers = new Speakers(options.log);
  }

  /** Follows the log from behind a settled place until the signal aborts. */
  async run(settled: number, signal: AbortSignal): Promise<void> {
    this.place = settled;
    const from = { sequence: settled + 1 };
    const { log } = this.#options;
    const stored = await log.lastSequence('EVENTS').catch(() => settled);
    const following = log.follow({ stream: 'EVENTS', from, filter: 'agents.>', signal });
    for await (const { messages, caughtUp } of following) {
      for (const message of messages) {
        await this.#untilDone(message, caughtUp, signal);
        if (signal.aborted) return;
        this.place = message.sequence;
      }
      // What is no agent's was never in the way.
      if (caughtUp) this.place = Math.max(this.place, stored);
    }
  }

  async #untilDone(message: StoredMessage, live: boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#hear(message, live);
        return;
      } catch (error) {
        this.#options.logger.warn({ err: error, sequence: message.sequence }, 'response waits');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #hear(message: StoredMessage, live: boolean): Promise<void> {
    const agentId = agentOf(message.subject);
    if (agentId === undefined) return;
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') return;
    const { event } = parsed;
    if ((await this.#speakers.refusal(event)) !== undefined) return;
    this.#options.owners.learn(agentId, event);
    if (!this.#matters(event)) return;
    const chatId = await this.#options.owners.chatOf(agentId, event.sequence);
    if (chatId === undefined) return;
    if (isDelivered(event)) {
      const request = { chatId, agentId, sequence: event.sequence };
      const deliveryId = deliveryIdOf(agentId, event.id);
      await requestDelivery(this.#options.log, deliveryId, request, event.id);
    }
    if (live) this.#show(chatId, event);
  }

  #matters(event: StoredEvent): boolean {
    if (event.type === 'process.rejected') {
      const { code, commandId } = event.data;
      // The start that failed is said itself, and once for all the messages that waited for it.
      return code !== 'ORC_START_FAILED' && this.#options.isOwnCommand(commandId);
    }
    return isDelivered(event) || isStatus(event);
  }

  #show(chatId: string, event: StoredEvent): void {
    const { status } = this.#options;
    if (event.type === 'turn.started') status.working(chatId, event.data.turnId);
    else if (event.type === 'response.progress') status.progress(chatId, event.data.text);
    else status.done(chatId);
  }
}

/** What must reach the chat. */
const isDelivered = (event: StoredEvent): boolean =>
  event.type === 'response.answer' ||
  event.type === 'response.question' ||
  event.type === 'turn.failed' ||
  event.type === 'process.rejected' ||
  isFailedStart(event);

/** Nobody needs to have written to it: `/new` alone starts an agent. */
const isFailedStart = (event: StoredEvent): boolean =>
  event.type === 'process.start-failed' ||
  (event.type === 'process.stopped' && event.data.reason === 'start-failed');

const isStatus = ({ type }: StoredEvent): boolean =>
  type === 'turn.started' || type === 'turn.ended' || type === 'response.progress';
