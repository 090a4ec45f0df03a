import type { Api } from 'grammy';
import type { Logger } from 'pino';
import type { Pace } from '../delivery/pace.ts';
import type { LiveStatus } from '../delivery/response-listener.ts';
import { callError } from '../telegram/call-outcome.ts';

export interface LiveChatsOptions {
  api: Api;
  pace: Pace;
  logger: Logger;
  /** How often "typing" is said again; Telegram shows it for 5 s. */
  typingEveryMs?: number;
  /** How often a status message is edited at most. */
  editEveryMs?: number;
}

interface LiveChat {
  typing: NodeJS.Timeout;
  /** When the turn is forgotten whatever happens. */
  until: number;
  /** What is to be shown, and what is. */
  wanted?: string;
  shown?: string;
  messageId?: number;
  edit?: Promise<void>;
  timer?: NodeJS.Timeout;
}

const TYPING_EVERY_MS = 4_500;
const EDIT_EVERY_MS = 2_500;
const FORGET_AFTER_MS = 60 * 60_000;
const MAX_STATUS = 1_000;

/**
 * What a chat sees while its agent works: "typing", and one message with the latest progress, gone
 * when the answer comes. All of it is worth nothing afterwards: it is kept in memory, never retried,
 * and waits for messages that matter, never they for it.
 */
export class LiveChats implements LiveStatus {
  readonly #options: LiveChatsOptions;
  readonly #chats = new Map<string, LiveChat>();

  constructor(options: LiveChatsOptions) {
    this.#options = options;
  }

  working(chatId: string): void {
    this.#chat(chatId).until = performance.now() + FORGET_AFTER_MS;
  }

  progress(chatId: string, text: string): void {
    const chat = this.#chat(chatId);
    chat.wanted = `⏳ ${text.toWellFormed().slice(0, MAX_STATUS)}`;
    this.#refresh(chatId, chat);
  }

  done(chatId: string): void {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return;
    this.#chats.delete(chatId);
    clearInterval(chat.typing);
    clearTimeout(chat.timer);
    void this.#remove(chatId, chat);
  }

  /** Nothing of it runs any more when this resolves. */
  async stop(): Promise<void> {
    const edits = [...this.#chats.values()].map(({ edit }) => edit);
    for (const chatId of [...this.#chats.keys()]) this.done(chatId);
    await Promise.all(edits);
  }

  #chat(chatId: string): LiveChat {
    const known = this.#chats.get(chatId);
    if (known !== undefined) return known;
    const every = this.#options.typingEveryMs ?? TYPING_EVERY_MS;
    const typing = setInterval(() => this.#type(chatId), every);
    const chat = { typing, until: performance.now() + FORGET_AFTER_MS };
    this.#chats.set(chatId, chat);
    this.#type(chatId);
    return chat;
  }

  #type(chatId: string): void {
    const chat = this.#chats.get(chatId);
    if (chat && performance.now() > chat.until) this.done(chatId);
    else void this.#try('typing', () => this.#options.api.sendChatAction(chatId, 'typing'));
  }

  /** One edit at a time, and not too often: what comes meanwhile is shown by the next. */
  #refresh(chatId: string, chat: LiveChat): void {
    if (chat.edit !== undefined || chat.timer !== undefined) return;
    if (chat.wanted === chat.shown) return;
    if (this.#options.pace.tryTakeSpare(chatId)) {
      chat.edit = this.#show(chatId, chat).finally(() => {
        delete chat.edit;
        this.#later(chatId, chat);
      });
    } else this.#later(chatId, chat);
  }

  #later(chatId: string, chat: LiveChat): void {
    if (this.#chats.get(chatId) !== chat) return;
    chat.timer = setTimeout(() => {
      delete chat.timer;
      this.#refresh(chatId, chat);
    }, this.#options.editEveryMs ?? EDIT_EVERY_MS);
  }

  async #show(chatId: string, chat: LiveChat): Promise<void> {
    const { api } = this.#options;
    const { wanted = '', messageId } = chat;
    if (messageId === undefined) {
      const sent = await this.#try('status', () =>
        api.sendMessage(chatId, wanted, { disable_notification: true }),
      );
      if (sent !== undefined) chat.messageId = sent.message_id;
    } else await this.#try('status', () => api.editMessageText(chatId, messageId, wanted));
    chat.shown = wanted;
  }

  async #remove(chatId: string, chat: LiveChat): Promise<void> {
    await chat.edit;
    const { messageId } = chat;
    if (messageId === undefined) return;
    await this.#try('status', () => this.#options.api.deleteMessage(chatId, messageId));
  }

  async #try<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      this.#options.logger.debug({ reason: callError(error) }, `${what} not shown`);
      return undefined;
    }
  }
}
