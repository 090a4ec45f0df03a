import type { Context } from 'grammy';
import { chatName, nameOfUser } from '../incoming/names.ts';

/** How the chat calls itself, or the person in it. */
export const shownName = ({ chat, from }: Pick<Context, 'chat' | 'from'>): string =>
  chat !== undefined && chat.type !== 'private' ? chatName(chat) : nameOfUser(from);
