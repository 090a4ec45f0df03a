import type { Message, UserFromGetMe } from 'grammy/types';

/**
 * What a message says to the bot: all of it in a private chat; in a group only what names the bot
 * (without the name) or replies to it. Undefined where it is not addressed.
 */
export function addressedText(message: Message, me: UserFromGetMe): string | undefined {
  const text = message.text ?? message.caption ?? '';
  if (message.chat.type === 'private') return text;
  const name = `@${me.username}`;
  const entities = message.entities ?? message.caption_entities ?? [];
  const mention = entities.find(
    ({ type, offset, length }) =>
      type === 'mention' &&
      text.slice(offset, offset + length).toLowerCase() === name.toLowerCase(),
  );
  if (mention !== undefined) {
    const after = text.slice(mention.offset + mention.length);
    return `${text.slice(0, mention.offset)}${after}`.trim();
  }
  return message.reply_to_message?.from?.id === me.id ? text : undefined;
}

/** In a group the agent is told who speaks. */
export const spokenBy = (message: Message, text: string): string =>
  message.chat.type === 'private' ? text : `${message.from?.first_name ?? '?'}: ${text}`;

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
