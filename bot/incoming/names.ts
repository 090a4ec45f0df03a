import type { Chat, MessageOrigin, User } from 'grammy/types';
import { asVisible } from '../../schemas/visible-text.ts';

const MAX_NAME = 64;

/** Of what anybody may name themselves on Telegram, the characters that show; `?` for none. */
export const plainName = (name: string): string =>
  asVisible(name.toWellFormed()).slice(0, MAX_NAME).trim() || '?';

export const nameOfUser = (user: User | undefined): string =>
  plainName([user?.first_name, user?.last_name].filter(Boolean).join(' '));

export const chatName = (chat: Chat): string =>
  plainName(chat.title ?? [chat.first_name, chat.last_name].filter(Boolean).join(' '));

/** Who wrote what was forwarded, or replied to in another chat. */
export function nameOfOrigin(origin: MessageOrigin): string {
  switch (origin.type) {
    case 'user':
      return nameOfUser(origin.sender_user);
    case 'hidden_user':
      return plainName(origin.sender_user_name);
    case 'chat':
      return signed(chatName(origin.sender_chat), origin.author_signature);
    case 'channel':
      return signed(chatName(origin.chat), origin.author_signature);
  }
}

const signed = (name: string, author: string | undefined): string =>
  author === undefined ? name : `${name} (${plainName(author)})`;
