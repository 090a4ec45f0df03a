import { type Api, GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { BackOff } from '../../platform/async/back-off.ts';
import { pause } from '../../platform/async/delay.ts';
import type { Health } from '../../platform/service/health.ts';
import { TIMES, troubleOf } from '../telegram/call-trouble.ts';
import { ChatLanes, type HandleUpdate } from './chat-lanes.ts';
import { ALLOWED_UPDATES } from './update-kinds.ts';

export interface UpdatePollerOptions {
  api: Api;
  handle: HandleUpdate;
  /** Gives up the connections, where they may be dead. */
  renew: () => void;
  logger: Logger;
  health: Health;
  /** Seconds that Telegram holds a poll that has nothing; 25. */
  pollSeconds?: number;
  /** Milliseconds beyond that after which a poll is dead; 10,000. */
  graceMs?: number;
  /** Milliseconds of empty polls after which Telegram is asked whether it has something; 120,000. */
  quietMs?: number;
  /** Waits after a failure; for so many milliseconds. Rejects when the signal aborts. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** As many as Telegram brings at once. */
const BATCH = 100;
/** While something is undone Telegram answers each poll at once: it is asked no more often than this. */
const UNDONE_POLL_MS = 1_000;
const LAST_CALL_MS = 2_000;

const PART = 'telegram poller';

/**
 * Long polling. The offset, by which Telegram forgets updates, is the lowest that is not stored; so
 * an update is seen again rather than never, and its derived ids make that harmless. The polls go on
 * while a chat is slow: what is newer is brought beside what is undone, up to 100 updates.
 * grammY's own runner confirms what it has fetched, not what was handled
 * (docs/decisions/0020-own-polling-loop.md).
 */
export class UpdatePoller {
  readonly #options: UpdatePollerOptions;
  #lanes: ChatLanes;
  #askedAt = performance.now();
  #somethingAt = performance.now();
  #call = new AbortController();
  #isWaiting = false;
  readonly #backOff = new BackOff(TIMES);
  #said = '';

  constructor(options: UpdatePollerOptions) {
    this.#options = options;
    this.#lanes = new ChatLanes(options.handle, AbortSignal.abort());
  }

  /** Polls until the signal aborts; what was fetched is handled before it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { api, handle } = this.#options;
    this.#lanes = new ChatLanes(handle, signal);
    // With a webhook set there is no polling; what waits there stays.
    await this.#untilDone(() => api.deleteWebhook({ drop_pending_updates: false }), signal);
    const watch = setInterval(() => this.#watch(), this.#deadAfterMs / 4);
    const stop = () => this.#call.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) await this.#poll(signal);
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
    }
    await this.#lanes.idle();
    await this.#confirm();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { pollSeconds = 25 } = this.#options;
    if (this.#lanes.undone > 0) await this.#allDone(signal);
    if (signal.aborted) return;
    this.#call = new AbortController();
    let updates: Update[];
    try {
      updates = await this.#fetch(pollSeconds, BATCH);
    } catch (error) {
      // Given up by the watch, which has said so.
      if (!this.#call.signal.aborted) await this.#backOffAfter(error, signal);
      return;
    }
    const fresh = this.#lanes.take(updates);
    this.#heard(updates.length);
    if (updates.length === 0) await this.#lookForMissed();
    else if (fresh === 0 && updates.length >= BATCH) this.#reportFull();
  }

  /** For as long as Telegram need not be asked for more. */
  async #allDone(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([this.#lanes.idle(), pause(UNDONE_POLL_MS, either)]);
    over.abort();
  }

  #reportFull(): void {
    const { health } = this.#options;
    const detail = `${this.#lanes.undone} updates wait to be stored; Telegram brings nothing newer until the oldest is`;
    health.report(PART, false, detail);
  }

  async #fetch(timeout: number, limit: number): Promise<Update[]> {
    const request = {
      offset: this.#lanes.nextOffset(),
      timeout,
      limit,
      allowed_updates: ALLOWED_UPDATES,
    };
    // A web AbortSignal, as grammY's type of the same has it.
    const signal = this.#call.signal as unknown as NonNullable<Parameters<Api['getUpdates']>[1]>;
    this.#askedAt = performance.now();
    this.#isWaiting = true;
    try {
      return await this.#options.api.getUpdates(request, signal);
    } finally {
      this.#isWaiting = false;
    }
  }

  #heard(count: number): void {
    const now = performance.now();
    if (count > 0) this.#somethingAt = now;
    this.#backOff.reset();
    if (this.#said !== '') this.#options.logger.info('Telegram is heard again');
    this.#said = '';
    this.#options.health.report(PART, true, 'hears Telegram');
  }

  async #backOffAfter(error: unknown, signal: AbortSignal): Promise<void> {
    const { detail, waitMs } = troubleOf(error, this.#backOff);
    const { health, logger, api } = this.#options;
    health.report(PART, false, detail);
    // Once, not at every try.
    if (this.#said !== detail) logger.error(detail);
    this.#said = detail;
    if (isWebhookConflict(error)) await api.deleteWebhook().catch(() => undefined);
    const { pause: wait = pause } = this.#options;
    await wait(waitMs, signal);
  }

  get #deadAfterMs(): number {
    const { pollSeconds = 25, graceMs = 10_000 } = this.#options;
    return pollSeconds * 1_000 + graceMs;
  }

  /** A poll that has no end is given up, and its connection with it. */
  #watch(): void {
    const silence = performance.now() - this.#askedAt;
    if (!this.#isWaiting || silence < this.#deadAfterMs) return;
    const detail = `nothing heard for ${Math.round(silence / 1_000)} s; polling anew`;
    this.#restart(detail);
  }

  #restart(detail: string): void {
    const { health, logger, renew } = this.#options;
    health.report(PART, false, detail);
    logger.error(detail);
    this.#said = detail;
    this.#call.abort();
    renew();
  }

  /** Polls that come back empty for long, while Telegram has updates that wait: it hears nothing. */
  async #lookForMissed(): Promise<void> {
    const { api, quietMs = 120_000 } = this.#options;
    const now = performance.now();
    if (now - this.#somethingAt < quietMs) return;
    this.#somethingAt = now;
    const info = await api.getWebhookInfo().catch(() => undefined);
    if (info === undefined || info.pending_update_count === 0) return;
    // They may have come this moment: then the next poll has them.
    const updates = await this.#fetch(0, 1).catch(() => []);
    if (updates.length > 0) return;
    this.#restart(`${info.pending_update_count} updates wait and none is heard; polling anew`);
  }

  /** Lets Telegram forget what is done, so that the next start does not see it again. */
  async #confirm(): Promise<void> {
    this.#call = new AbortController();
    const timer = setTimeout(() => this.#call.abort(), LAST_CALL_MS);
    await this.#fetch(0, 1).catch(() => undefined);
    clearTimeout(timer);
  }

  async #untilDone(call: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await call();
        return;
      } catch (error) {
        await this.#backOffAfter(error, signal);
      }
    }
  }
}

const isWebhookConflict = (error: unknown): boolean =>
  error instanceof GrammyError && error.error_code === 409 && /webhook/i.test(error.description);
