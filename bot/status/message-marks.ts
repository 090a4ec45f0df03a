import { type Api, GrammyError } from 'grammy';
import type { Logger } from 'pino';
import type { Mark, Marks } from '../delivery/response-listener.ts';
import { callError } from '../telegram/call-outcome.ts';

export interface MessageMarksOptions {
  api: Pick<Api, 'setMessageReaction'>;
  logger: Logger;
  /** Milliseconds of a clock that only goes on. */
  now?: () => number;
}

/** Of those that Telegram lets bots react with (Bot API, ReactionTypeEmoji). */
const EMOJI = { stored: '👀', ended: '👌' } as const;

/** REACTION_INVALID and its kind; a message that is gone says nothing of its chat. */
const NOT_THERE = /reaction/i;

/** A group may allow reactions, or others, later. */
const ASKED_AGAIN_MS = 60 * 60_000;
const MAX_CHATS = 1_000;
/** What is not shown by then is not worth showing. */
const CALL_MS = 5_000;
const MAX_WAITING = 100;

/**
 * Reactions to people's messages, the quietest word there is. Worth nothing a moment later: never retried, never waited
 * for, and not in the ledger. A chat that takes none is left alone for an hour.
 */
export class MessageMarks implements Marks {
  readonly #options: MessageMarksOptions;
  /** Chats that took none, and until when they are left alone. */
  readonly #without = new Map<string, number>();
  readonly #end = new AbortController();
  /** One after the other, so that what came later is shown last. */
  #calls: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: MessageMarksOptions) {
    this.#options = options;
  }

  mark(chatId: string, messages: readonly string[], mark: Mark): void {
    for (const message of messages.map(Number).filter(Number.isSafeInteger)) {
      if (this.#waiting >= MAX_WAITING) return;
      this.#waiting += 1;
      this.#calls = this.#calls.then(async () => {
        await this.#set(chatId, message, mark);
        this.#waiting -= 1;
      });
    }
  }

  /** What waits is not shown any more. */
  stop(): Promise<void> {
    this.#end.abort();
    return this.#calls;
  }

  async #set(chatId: string, message: number, mark: Mark): Promise<void> {
    if (this.#end.signal.aborted || this.#now() < (this.#without.get(chatId) ?? 0)) return;
    const reactions = mark === 'none' ? [] : [{ type: 'emoji', emoji: EMOJI[mark] } as const];
    const either = AbortSignal.any([this.#end.signal, AbortSignal.timeout(CALL_MS)]);
    // A web AbortSignal, as grammY's type of the same has it.
    const signal = either as unknown as Parameters<Api['setMessageReaction']>[4];
    try {
      await this.#options.api.setMessageReaction(chatId, message, reactions, {}, signal);
    } catch (error) {
      this.#options.logger.debug({ reason: callError(error) }, 'reaction not shown');
      if (error instanceof GrammyError && NOT_THERE.test(error.description)) this.#leave(chatId);
    }
  }

  #leave(chatId: string): void {
    this.#without.delete(chatId);
    this.#without.set(chatId, this.#now() + ASKED_AGAIN_MS);
    const [oldest] = this.#without.keys();
    if (this.#without.size > MAX_CHATS && oldest !== undefined) this.#without.delete(oldest);
  }

  readonly #now = (): number => this.#options.now?.() ?? performance.now();
}
