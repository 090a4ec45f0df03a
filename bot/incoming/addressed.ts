import type { Message, MessageEntity, UserFromGetMe } from 'grammy/types';
import { type FormattedText, joined, sliced } from '../text/formatted-text.ts';
import { replyTarget } from './replied-to.ts';

/** Text or caption, as it was written. */
export const formattedOf = (message: Message): FormattedText => ({
  text: message.text ?? message.caption ?? '',
  entities: message.entities ?? message.caption_entities ?? [],
});

/**
 * What a message says to the bot: all of it in a private chat; in a group only what names the bot
 * (without the name) or replies to it. Undefined where it is not addressed.
 */
export function addressedText(message: Message, me: UserFromGetMe): FormattedText | undefined {
  const whole = formattedOf(message);
  if (message.chat.type === 'private') return whole;
  const mention = whole.entities.find((entity) => isMention(entity, whole.text, me));
  if (mention !== undefined) {
    const { offset, length } = mention;
    const before = sliced(whole, 0, offset);
    return trimmed(joined([before, sliced(whole, offset + length, whole.text.length)]));
  }
  return replyTarget(message)?.from?.id === me.id ? whole : undefined;
}

function isMention(entity: MessageEntity, text: string, me: UserFromGetMe): boolean {
  const { type, offset, length } = entity;
  if (type === 'text_mention') return entity.user.id === me.id;
  const name = text.slice(offset, offset + length).toLowerCase();
  return type === 'mention' && name === `@${me.username}`.toLowerCase();
}

function trimmed(whole: FormattedText): FormattedText {
  const { text } = whole;
  const start = text.length - text.trimStart().length;
  return sliced(whole, start, Math.max(start, text.trimEnd().length));
}

export interface CalledCommand {
  name: string;
  argument: string;
}

/** The command at the beginning of a message; in a group only one that names the bot. */
export function addressedCommand(
  { text = '', chat }: Message,
  me: UserFromGetMe,
): CalledCommand | undefined {
  const [, name, bot, argument = ''] =
    /^\/([a-z_0-9]+)(?:@(\w+))?(?:\s+([\s\S]*))?$/i.exec(text) ?? [];
  if (name === undefined) return undefined;
  const isOurs = bot?.toLowerCase() === me.username.toLowerCase();
  if (bot === undefined ? chat.type !== 'private' : !isOurs) return undefined;
  return { name: name.toLowerCase(), argument: argument.trim() };
}
