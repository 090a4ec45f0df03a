import type { Context } from 'grammy';
import { asVisible } from '../../schemas/visible-text.ts';

const MAX_NAME = 64;

/**
 * How the chat calls itself, or the person in it: of what anybody may name themselves on Telegram,
 * the characters that show.
 */
export function shownName({ chat, from }: Pick<Context, 'chat' | 'from'>): string {
  const name =
    chat !== undefined && chat.type !== 'private'
      ? (chat.title ?? '')
      : [from?.first_name, from?.last_name].filter(Boolean).join(' ');
  return asVisible(name.toWellFormed()).slice(0, MAX_NAME) || '?';
}
