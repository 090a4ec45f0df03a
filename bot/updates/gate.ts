import type { Context, NextFunction } from 'grammy';
import type { Logger } from 'pino';
import { noticeIdOf } from '../delivery/delivery-ids.ts';
import { requestDelivery } from '../delivery/ledger.ts';
import type { BotContext, BotParts, Incoming } from '../incoming/bot-context.ts';
import { CHANNEL } from '../people/channel.ts';
import type { RateLimit } from '../people/rate-limit.ts';
import { wordsFor } from '../words/words.ts';
import { shownName } from './shown-name.ts';

export interface GateOptions {
  parts: BotParts;
  rate: RateLimit;
  perMinute: number;
  /** The bot's own id: two bots on one log do not take each other's updates for their own. */
  botId: number;
  logger: Logger;
}

/**
 * The one door: what is not from somebody who may talk ends here, whatever kind of update it is. In
 * a group both the group and the writer must be allowed.
 */
export function gate({ parts, rate, perMinute, botId, logger }: GateOptions) {
  return async (context: Context, next: NextFunction): Promise<void> => {
    const incoming = incomingOf(context, parts, botId);
    if (incoming === undefined) return;
    if (!isAllowed(incoming, context, parts)) {
      refuse(incoming.userId, shownName(context), parts, logger);
      return;
    }
    const verdict = rate.check(incoming.userId, incoming.id, sentAt(context));
    if (verdict !== 'taken') {
      const says = incoming.words.tooFast(perMinute);
      if (verdict === 'first-refused') await incoming.reply('too-fast', says);
      return;
    }
    await introduce(context, incoming, parts);
    // Everything behind the gate is built on this.
    (context as BotContext).incoming = incoming;
    await next();
  };
}

/** Silently; the operator and the admins can see who it was. */
function refuse(userId: string, name: string, { knocked }: BotParts, logger: Logger): void {
  if (knocked.has(userId) || knocked.size >= MAX_KNOCKED) return;
  knocked.set(userId, name);
  logger.warn({ userId, name }, 'refused: not allowed to talk to the bot');
}

const MAX_KNOCKED = 200;

/** Undefined where there is no person, or no chat to answer in. */
function incomingOf(context: Context, parts: BotParts, botId: number): Incoming | undefined {
  const { chat, from } = context;
  if (chat === undefined || from === undefined || from.is_bot) return undefined;
  // Written in the name of a channel or of the group: nobody knows by whom.
  if (context.msg?.sender_chat !== undefined) return undefined;
  if (chat.type === 'channel') return undefined;
  const chatId = String(chat.id);
  const id = `tg-${botId}-${context.update.update_id}`;
  const member = parts.directory.member(chatId);
  return {
    chatId,
    userId: String(from.id),
    // The chat, not who wrote: docs/decisions/0022-chat-is-the-person.md.
    person: { channel: CHANNEL, userId: chatId },
    member,
    words: wordsFor(member.language ?? from.language_code),
    isGroup: chat.type !== 'private',
    id,
    reply: (name, text, buttons) =>
      requestDelivery(
        parts.log,
        noticeIdOf(id, name),
        { chatId, text, ...(buttons && { buttons: [...buttons] }) },
        id,
      ),
  };
}

const isAllowed = ({ userId, chatId, isGroup }: Incoming, context: Context, { access }: BotParts) =>
  access.isAllowed(userId) &&
  // An admin lets a group in from within it.
  (!isGroup || access.isAllowed(chatId) || isAdmitting(context, access.isAdmin(userId)));

const isAdmitting = (context: Context, isAdmin: boolean): boolean =>
  isAdmin && /^\/allow@\w+$/.test(context.message?.text ?? '');

/** When Telegram got it, in seconds; a press of a button has no time of its own. */
const sentAt = (context: Context): number =>
  context.message?.date ?? context.editedMessage?.edit_date ?? Math.floor(Date.now() / 1000);

/** Notes a name and a language that are new, for `/users` and for what is said later. */
async function introduce(context: Context, incoming: Incoming, parts: BotParts): Promise<void> {
  const { chatId, member, isGroup, id } = incoming;
  const name = shownName(context);
  const language = isGroup ? member.language : (context.from?.language_code ?? member.language);
  if (member.name === name && member.language === language) return;
  const data = { name, ...(language !== undefined && { language }) };
  await parts.directory.state('user.introduced', chatId, data, id);
}
