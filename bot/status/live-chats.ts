import type { Api } from 'grammy';
import type { Logger } from 'pino';
import { type ChatPlace, inThread } from '../delivery/chat-place.ts';
import type { Pace } from '../delivery/pace.ts';
import type { LiveStatus } from '../delivery/response-listener.ts';
import { callError } from '../telegram/call-outcome.ts';
import { cutAtGrapheme } from '../text/grapheme.ts';
import { EndedTurns } from './ended-turns.ts';

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
  place: ChatPlace;
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
 * What a group sees while its agent works, and a chat that takes no drafts (live-drafts.ts): "typing", and one message with the latest progress, gone
 * when the answer comes. All of it is worth nothing afterwards: it is kept in memory, never retried,
 * and waits for messages that matter, never they for it.
 */
export class LiveChats implements LiveStatus {
  readonly #options: LiveChatsOptions;
  readonly #ended = new EndedTurns();
  /** By chat and topic. */
  readonly #chats = new Map<string, LiveChat>();

  constructor(options: LiveChatsOptions) {
    this.#options = options;
  }

  working(place: ChatPlace): void {
    this.#chat(place).until = performance.now() + FORGET_AFTER_MS;
  }

  progress(place: ChatPlace, text: string): void {
    const chat = this.#chat(place);
    chat.wanted = `⏳ ${cutAtGrapheme(text.toWellFormed(), MAX_STATUS)}`;
    this.#refresh(chat);
  }

  /** A turn that goes on since before the start, unless it has ended meanwhile. */
  restored(place: ChatPlace, turnId: string, text: string): void {
    const hasProgress = this.#chats.get(keyOf(place))?.wanted !== undefined;
    if (hasProgress || this.#ended.has(turnId)) return;
    this.progress(place, text);
  }

  done(place: ChatPlace, turnId?: string): void {
    if (turnId !== undefined) this.#ended.note(turnId);
    const chat = this.#chats.get(keyOf(place));
    if (chat === undefined) return;
    this.#chats.delete(keyOf(place));
    clearInterval(chat.typing);
    clearTimeout(chat.timer);
    void this.#remove(chat);
  }

  /** Nothing of it runs any more when this resolves. */
  async stop(): Promise<void> {
    const edits = [...this.#chats.values()].map(({ edit }) => edit);
    for (const { place } of [...this.#chats.values()]) this.done(place);
    await Promise.all(edits);
  }

  #chat(place: ChatPlace): LiveChat {
    const known = this.#chats.get(keyOf(place));
    if (known !== undefined) return known;
    const every = this.#options.typingEveryMs ?? TYPING_EVERY_MS;
    const typing = setInterval(() => this.#type(chat), every);
    const chat: LiveChat = { place, typing, until: performance.now() + FORGET_AFTER_MS };
    this.#chats.set(keyOf(place), chat);
    this.#type(chat);
    return chat;
  }

  #type({ place, until }: LiveChat): void {
    const { chatId, thread } = place;
    if (performance.now() > until) this.done(place);
    else {
      const type = () => this.#options.api.sendChatAction(chatId, 'typing', inThread(thread));
      void this.#try('typing', type);
    }
  }

  /** One edit at a time, and not too often: what comes meanwhile is shown by the next. */
  #refresh(chat: LiveChat): void {
    if (chat.edit !== undefined || chat.timer !== undefined) return;
    if (chat.wanted === chat.shown) return;
    if (this.#options.pace.tryTakeSpare(chat.place.chatId)) {
      chat.edit = this.#show(chat).finally(() => {
        delete chat.edit;
        this.#later(chat);
      });
    } else this.#later(chat);
  }

  #later(chat: LiveChat): void {
    if (this.#chats.get(keyOf(chat.place)) !== chat) return;
    chat.timer = setTimeout(() => {
      delete chat.timer;
      this.#refresh(chat);
    }, this.#options.editEveryMs ?? EDIT_EVERY_MS);
  }

  async #show(chat: LiveChat): Promise<void> {
    const { api } = this.#options;
    const { place, wanted = '', messageId } = chat;
    const { chatId, thread } = place;
    if (messageId === undefined) {
      const options = { disable_notification: true, ...inThread(thread) };
      const sent = await this.#try('status', () => api.sendMessage(chatId, wanted, options));
      if (sent !== undefined) chat.messageId = sent.message_id;
    } else await this.#try('status', () => api.editMessageText(chatId, messageId, wanted));
    chat.shown = wanted;
  }

  async #remove(chat: LiveChat): Promise<void> {
    await chat.edit;
    const { place, messageId } = chat;
    if (messageId === undefined) return;
    await this.#try('status', () => this.#options.api.deleteMessage(place.chatId, messageId));
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

const keyOf = ({ chatId, thread = '' }: ChatPlace): string => `${chatId}/${thread}`;
