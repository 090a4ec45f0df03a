import type { Logger } from 'pino';
import type { HeardFragment } from '../../core/domain/user/user.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import { type BackOffTimes, NEAR } from '../../platform/async/back-off.ts';
import { retry } from '../../platform/async/retry.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { startTimer } from '../../platform/async/timer.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import type { BotParts } from '../incoming/bot-context.ts';
import { firstThing, goesOn, joinedText, type Piece } from '../incoming/fragment.ts';
import { recipientOf } from '../incoming/recipient.ts';
import { userEvent } from '../people/directory.ts';
import { lineInChat } from '../words/cure-in-chat.ts';
import type { Courier } from './courier.ts';

export interface FragmentsOptions {
  parts: BotParts;
  courier: Courier;
  logger: Logger;
  /** Aborted when the bot ends: what waits by then is joined at its next start. */
  signal: AbortSignal;
  /** Milliseconds without a further piece, after which a thing is whole. */
  quietMs?: number;
  times?: BackOffTimes;
}

/** Telegram brings the pieces of one thing within a fraction of this. */
const QUIET_MS = 1_000;

/** A thing of so many pieces is taken as whole: an album has ten, and no more than this is kept of one. */
const MOST_PIECES = 100;

/**
 * One thing that a person did, and that Telegram brings in several messages, is one message to the
 * agent. Each piece is an event as soon as it is heard, so that Telegram may forget it; when no further
 * one has come for a moment, or something else has, the pieces become a message, in one append with the
 * event that says which they were. So a bot that dies at any point loses none and says none twice
 * (docs/decisions/0062-fragments-are-events.md).
 */
export class Fragments {
  readonly #options: FragmentsOptions;
  readonly #timers = new Map<string, () => void>();
  readonly #queues = new Map<string, SerialQueue>();

  constructor(options: FragmentsOptions) {
    this.#options = options;
  }

  /** Waits for the rest of what an earlier bot had heard in part. */
  start(): void {
    const { directory } = this.#options.parts;
    for (const chatId of directory.ids()) {
      if (directory.member(chatId).fragments !== undefined) this.#wait(chatId);
    }
  }

  /** Does it go on what is waited for? */
  isAwaited(chatId: string, piece: Piece): boolean {
    const last = this.#of(chatId).at(-1);
    return last !== undefined && goesOn(last, piece);
  }

  /** Takes a piece: resolves when it is stored. */
  async add(chatId: string, { id, ...fragment }: HeardFragment): Promise<void> {
    const { directory } = this.#options.parts;
    const waiting = this.#of(chatId).length;
    const isWhole = waiting >= MOST_PIECES || !this.isAwaited(chatId, fragment);
    if (waiting > 0 && isWhole) await this.join(chatId);
    await directory.stateOnce('user.fragment-heard', chatId, fragment, id);
    this.#wait(chatId);
  }

  /** Makes messages of what waits in a chat: something else comes after it. */
  async join(chatId: string): Promise<void> {
    this.#timers.get(chatId)?.();
    this.#timers.delete(chatId);
    if (this.#of(chatId).length === 0 && !this.#queues.has(chatId)) return;
    const queue = this.#queues.get(chatId) ?? new SerialQueue();
    this.#queues.set(chatId, queue);
    await queue.run(() => this.#joinAll(chatId));
    if (this.#of(chatId).length === 0) this.#queues.delete(chatId);
  }

  /** Resolves when nothing is being joined. */
  async idle(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel();
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()));
  }

  #of(chatId: string): readonly HeardFragment[] {
    return this.#options.parts.directory.member(chatId).fragments ?? [];
  }

  #wait(chatId: string): void {
    this.#timers.get(chatId)?.();
    const { quietMs = QUIET_MS } = this.#options;
    const ring = () => void this.#joinInTime(chatId);
    this.#timers.set(chatId, startTimer(quietMs, ring, { ref: false }));
  }

  async #joinInTime(chatId: string): Promise<void> {
    const { signal, logger, times = NEAR } = this.#options;
    const failing = (err: unknown) => logger.warn({ err, chatId }, 'pieces of a message wait');
    try {
      await retry(() => this.join(chatId), { isPassing, failing, signal, times });
    } catch (err) {
      if (!signal.aborted) logger.error({ err, chatId }, 'pieces of a message are not joined');
    }
  }

  async #joinAll(chatId: string): Promise<void> {
    for (;;) {
      const thing = firstThing(this.#of(chatId));
      const [first] = thing;
      if (first === undefined) return;
      await this.#joinThing(chatId, first, thing);
      await this.#options.parts.directory.caughtUp();
    }
  }

  async #joinThing(
    chatId: string,
    first: HeardFragment,
    thing: readonly HeardFragment[],
  ): Promise<void> {
    const { parts, courier, logger } = this.#options;
    const fragments = thing.map(({ id }) => id);
    const drop = () =>
      parts.directory.state('user.fragments-joined', chatId, { fragments }, first.id);
    if (!thing.some(({ addressed }) => addressed)) return drop();
    const recipient = recipientOf(parts, placeOf(chatId, first), first.id);
    const joined = { fragments, commandId: first.id };
    try {
      const isBrought = await courier.bring(recipient, {
        text: joinedText(thing),
        files: thing.flatMap(filesOf),
        sources: thing.map(({ source }) => source),
        answers: thing.find(({ answers }) => answers)?.answers,
        alongside: {
          event: userEvent('user.fragments-joined', chatId, joined, first.id),
          after: recipient.member.joinedAt ?? 0,
        },
      });
      if (!isBrought) await drop();
    } catch (err) {
      if (isPassing(err)) throw err;
      logger.error({ err, chatId }, 'pieces of a message are not brought');
      const { words, reply } = recipient;
      await reply('failed', words.notHandled(lineInChat(asOrchestratorError(err), words)));
      await drop();
    }
  }
}

const filesOf = ({ id, files }: HeardFragment) =>
  files.map((file, index) => ({ ...file, id: index === 0 ? id : `${id}_${index + 1}` }));

const placeOf = (chatId: string, { thread }: HeardFragment) => ({
  chatId,
  ...(thread !== undefined && { thread }),
});
