import { randomInt } from 'node:crypto';
import type { Message, MessageEntity, Update } from 'grammy/types';
import type { Upload } from './read-form.ts';

/** A call of a method, as it came in. */
export interface Call {
  method: string;
  payload: Record<string, unknown>;
  at: number;
}

/** A refusal, in Telegram's words. */
export class ApiError extends Error {
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** A message of the bot, as its chat shows it. */
export interface Shown {
  messageId: number;
  chatId: string;
  text: string;
  entities: MessageEntity[];
  buttons: { text: string; data: string }[];
  upload?: Upload;
  deleted: boolean;
  edits: string[];
  at: number;
}

const ME = {
  id: 4242,
  is_bot: true,
  first_name: 'Orchestrator',
  username: 'orchestrator_test_bot',
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
};

const MAX_UNITS = 4096;

type UpdateContent = Omit<Update, 'update_id'>;

/** A bot's account at Telegram: its updates that wait, its chats, its methods. */
export class BotApi {
  readonly calls: Call[] = [];
  readonly shown: Shown[] = [];
  readonly files = new Map<string, Buffer>();
  readonly blockedBy = new Set<string>();
  readonly me = ME;
  onChange: () => void = () => undefined;
  /** Brings what the bot has not asked for, too. */
  everyKind = false;
  /** What it showed in drafts, in order; undefined where its server knows none. */
  drafts: { chatId: number; draftId: number; text: string; canStop: boolean }[] | undefined;
  /** What the bot reacted with, in order: `chat/message` and the emoji, none where it took it away. */
  readonly reactions: [message: string, emoji: string][] = [];
  /** Chats that allow no reactions. */
  readonly withoutReactions = new Set<number>();
  webhook: { url: string; secret: string } | undefined;
  #waiting: Update[] = [];
  /** Of its own in each test: the id of an agent is made from it, and one engine has those of several tests. */
  #nextUpdate = randomInt(1_000, 1_000_000_000);
  #nextMessage = 1;
  #wake = new Set<() => void>();
  #poll: ((error: ApiError) => void) | undefined;

  /** Updates that nobody has confirmed. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Something happened: it waits for the bot, or is brought to its webhook. */
  push(content: UpdateContent): Update {
    // Any of the kinds of updates.
    const update = { update_id: this.#nextUpdate++, ...content } as Update;
    if (this.webhook === undefined) this.#waiting.push(update);
    else void this.bring(update);
    for (const wake of this.#wake) wake();
    return update;
  }

  /** What is brought again until it is taken, as Telegram does. */
  async bring(update: Update, secret = this.webhook?.secret ?? ''): Promise<number> {
    const headers = {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': secret,
    };
    const body = JSON.stringify(update);
    const url = this.webhook?.url ?? '';
    const response = await fetch(url, { method: 'POST', headers, body });
    return response.status;
  }

  /** A person writes to the bot. */
  say(userId: number, text: string, more: Partial<Message> = {}): Update {
    return this.push({ message: this.message(userId, { text, ...more }) });
  }

  /** A message of a person, that has not been sent. */
  message(userId: number, more: Partial<Message>): NonNullable<Update['message']> {
    const message = {
      message_id: this.#nextMessage++,
      date: Math.floor(Date.now() / 1000),
      chat: { id: userId, type: 'private', first_name: `User ${userId}` },
      from: { id: userId, is_bot: false, first_name: `User ${userId}`, language_code: 'en' },
      ...more,
    };
    // As much of a message as its kind has.
    return message as NonNullable<Update['message']>;
  }

  /** A person presses a button under a message of the bot. */
  press(userId: number, shown: Shown, data: string): Update {
    return this.push({
      callback_query: {
        id: `press-${this.#nextUpdate}`,
        from: { id: userId, is_bot: false, first_name: `User ${userId}`, language_code: 'en' },
        chat_instance: 'chat',
        message: this.original(shown),
        data,
      },
    });
  }

  /** A message of the bot, as an update refers to it. */
  original(shown: Shown): Message & { date: number } {
    const chatId = Number(shown.chatId);
    const type = chatId < 0 ? 'supergroup' : 'private';
    return {
      message_id: shown.messageId,
      date: 1,
      chat: { id: chatId, type, first_name: `User ${chatId}`, title: 'A group' },
      from: ME,
      text: shown.text,
      // As much of a message as its kind has.
    } as unknown as Message & { date: number };
  }

  /** What a chat shows of the bot's messages, in order. */
  chat(chatId: number): Shown[] {
    return this.shown.filter((one) => one.chatId === String(chatId) && !one.deleted);
  }

  texts(chatId: number): string[] {
    return this.chat(chatId).map(({ text }) => text);
  }

  async do({ method, payload }: Call, signal: AbortSignal): Promise<unknown> {
    const perform = this.#methods[method];
    if (perform === undefined) throw new ApiError(404, 'Not Found: method not found');
    const result = await perform(payload, signal);
    this.onChange();
    return result;
  }

  readonly #methods: Record<
    string,
    (payload: Record<string, unknown>, signal: AbortSignal) => unknown
  > = {
    getMe: () => ME,
    getUpdates: (payload, signal) => this.#getUpdates(payload, signal),
    setMyCommands: () => true,
    sendChatAction: () => true,
    setMessageReaction: ({ chat_id, message_id, reaction }) => {
      if (this.withoutReactions.has(Number(chat_id))) {
        throw new ApiError(400, 'Bad Request: REACTION_INVALID');
      }
      // What grammY sends is of its own types.
      const set = reaction as { emoji: string }[];
      this.reactions.push([`${chat_id}/${message_id}`, set.map(({ emoji }) => emoji).join('')]);
      return true;
    },
    sendMessageDraft: ({ chat_id, draft_id, text, can_stop }) => {
      if (this.drafts === undefined) throw new ApiError(404, 'Not Found: method not found');
      const [chatId, draftId] = [Number(chat_id), Number(draft_id)];
      if (!(chatId > 0) || !draftId) throw new ApiError(400, 'Bad Request: DRAFT_INVALID');
      this.drafts.push({ chatId, draftId, text: String(text ?? ''), canStop: can_stop === true });
      return true;
    },
    answerCallbackQuery: () => true,
    getWebhookInfo: () => ({
      url: this.webhook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: this.pending,
    }),
    setWebhook: ({ url, secret_token }) => {
      this.webhook = { url: String(url), secret: String(secret_token) };
      return true;
    },
    deleteWebhook: ({ drop_pending_updates }) => {
      this.webhook = undefined;
      if (drop_pending_updates === true) this.#waiting = [];
      return true;
    },
    sendMessage: (payload) => this.#send(payload, String(payload.text ?? '')),
    sendDocument: (payload) => this.#sendDocument(payload),
    editMessageText: (payload) => {
      const shown = this.#find(payload);
      shown.text = visible(String(payload.text ?? ''));
      shown.edits.push(shown.text);
      shown.buttons = buttonsOf(payload);
      return this.original(shown);
    },
    editMessageReplyMarkup: (payload) => {
      const shown = this.#find(payload);
      shown.buttons = buttonsOf(payload);
      return this.original(shown);
    },
    deleteMessage: (payload) => {
      this.#find(payload).deleted = true;
      return true;
    },
    getFile: ({ file_id }) => {
      if (!this.files.has(String(file_id))) {
        throw new ApiError(400, 'Bad Request: invalid file_id');
      }
      return { file_id, file_unique_id: 'unique', file_path: file_id };
    },
  };

  /** Holds the call until something waits; another poll ends it, as Telegram has it. */
  async #getUpdates(payload: Record<string, unknown>, signal: AbortSignal): Promise<Update[]> {
    if (this.webhook !== undefined) {
      throw new ApiError(409, "Conflict: can't use getUpdates method while webhook is active");
    }
    const offset = Number(payload.offset ?? 0);
    this.#waiting = this.#waiting.filter(({ update_id }) => update_id >= offset);
    this.onChange();
    this.#poll?.(
      new ApiError(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    );
    const limit = Number(payload.limit ?? 100);
    if (this.#waiting.length === 0) await this.#something(Number(payload.timeout ?? 0), signal);
    const allowed = new Set(['update_id', ...asList(payload.allowed_updates)]);
    const wanted = (update: Update) =>
      this.everyKind || allowed.size === 1 || Object.keys(update).every((key) => allowed.has(key));
    return this.#waiting.filter(wanted).slice(0, limit);
  }

  async #something(seconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, seconds * 1_000);
    this.#poll = reject;
    this.#wake.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#wake.delete(resolve);
      if (this.#poll === reject) this.#poll = undefined;
    }
  }

  #send(payload: Record<string, unknown>, given: string, entities = payload.entities): unknown {
    const chatId = String(payload.chat_id);
    if (this.blockedBy.has(chatId)) {
      throw new ApiError(403, 'Forbidden: bot was blocked by the user');
    }
    const text = visible(given);
    const shown: Shown = {
      messageId: this.#nextMessage++,
      chatId,
      text,
      // As the Bot API documents them.
      entities: (entities ?? []) as MessageEntity[],
      buttons: buttonsOf(payload),
      deleted: false,
      edits: [],
      at: performance.now(),
    };
    this.shown.push(shown);
    return this.original(shown);
  }

  #sendDocument(payload: Record<string, unknown>): unknown {
    const upload = Object.values(payload).find(isUpload);
    if (upload === undefined) throw new ApiError(400, 'Bad Request: there is no document');
    const caption = String(payload.caption ?? '');
    if (caption.length > 1024) throw new ApiError(400, 'Bad Request: message caption is too long');
    const sent = this.#send(payload, caption === '' ? upload.name : caption, []);
    const last = this.shown.at(-1);
    if (last !== undefined) {
      last.upload = upload;
      last.text = caption;
    }
    return sent;
  }

  #find(payload: Record<string, unknown>): Shown {
    const shown = this.shown.find(
      ({ messageId, chatId, deleted }) =>
        messageId === Number(payload.message_id) && chatId === String(payload.chat_id) && !deleted,
    );
    if (shown === undefined) throw new ApiError(400, 'Bad Request: message not found');
    return shown;
  }
}

/** What Telegram makes of a text: it trims it, and takes none that is empty or too long. */
function visible(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new ApiError(400, 'Bad Request: message text is empty');
  if (trimmed.length > MAX_UNITS) throw new ApiError(400, 'Bad Request: message is too long');
  return trimmed;
}

function buttonsOf({ reply_markup: markup }: Record<string, unknown>): Shown['buttons'] {
  if (typeof markup !== 'object' || markup === null || !('inline_keyboard' in markup)) return [];
  // As the Bot API documents it.
  const rows = markup.inline_keyboard as { text: string; callback_data: string }[][];
  return rows.flat().map(({ text, callback_data: data }) => {
    if (Buffer.byteLength(data) > 64) throw new ApiError(400, 'Bad Request: BUTTON_DATA_INVALID');
    return { text, data };
  });
}

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const isUpload = (value: unknown): value is Upload =>
  typeof value === 'object' && value !== null && 'bytes' in value && 'name' in value;
