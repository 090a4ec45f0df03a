import type { Update } from 'grammy/types';
import { BackOff } from '../../platform/async/back-off.ts';
import { Lanes } from '../../platform/async/lanes.ts';

const TIMES = { firstMs: 300, longestMs: 5_000 };

/** What happened to an update: `again` where it could not be stored, and must not be forgotten. */
export type Handled = 'done' | 'again';

/** Never rejects. */
export type HandleUpdate = (update: Update) => Promise<Handled>;

/**
 * Updates on their way to the log: one after the other in each chat, and no chat waits for another.
 * What cannot be stored is tried until it can be.
 */
export class ChatLanes {
  readonly #handle: HandleUpdate;
  readonly #signal: AbortSignal;
  readonly #lanes = new Lanes();
  readonly #undone = new Set<number>();
  /** Those that Telegram may bring again, done or not. */
  readonly #seen = new Set<number>();
  #behindLast = 0;

  /** @param signal ends the tries; an update that is not done by then stays undone. */
  constructor(handle: HandleUpdate, signal: AbortSignal) {
    this.#handle = handle;
    this.#signal = signal;
  }

  /** How many are not done. */
  get undone(): number {
    return this.#undone.size;
  }

  /**
   * The offset to ask Telegram with: the lowest undone id. It forgets what is below it, and brings
   * again what is above it.
   */
  nextOffset(): number {
    if (this.#undone.size > 0) return Math.min(...this.#undone);
    // All of them are forgotten. Ids may begin anew after a quiet week (Bot API, Update).
    this.#seen.clear();
    return this.#behindLast;
  }

  /** Takes those that it has not seen before; how many these are. */
  take(updates: readonly Update[]): number {
    const fresh = updates.filter(({ update_id }) => !this.#seen.has(update_id));
    for (const update of fresh) {
      this.#undone.add(update.update_id);
      this.#seen.add(update.update_id);
      this.#lanes.add(String(chatOf(update)), () => this.#untilDone(update));
    }
    const last = fresh.at(-1);
    if (last !== undefined) this.#behindLast = last.update_id + 1;
    return fresh.length;
  }

  /** Resolves when every lane has come to its end: all is done, or the signal has aborted. */
  idle(): Promise<void> {
    return this.#lanes.below(1);
  }

  async #untilDone(update: Update): Promise<void> {
    const backOff = new BackOff(TIMES);
    while (!this.#signal.aborted) {
      if ((await this.#handle(update)) === 'done') {
        this.#undone.delete(update.update_id);
        return;
      }
      await backOff.wait(this.#signal);
    }
  }
}

/** What is of no chat is in order with what is of none. */
export const chatOf = (update: Update): number =>
  (
    update.message ??
    update.edited_message ??
    update.callback_query?.message ??
    update.stopped_message_generation
  )?.chat.id ?? 0;
