/** Where something is said: a chat, and the topic of it where the chat is a forum. */
export interface ChatPlace {
  chatId: string;
  /** Telegram's `message_thread_id`; the general topic, or a chat without topics, has none. */
  thread?: string | undefined;
}

/** The place in the parameters of a call of the Bot API. */
export const inThread = (thread: string | undefined): { message_thread_id?: number } =>
  thread === undefined ? {} : { message_thread_id: Number(thread) };
