import type { Context, NextFunction } from 'grammy';
import type { Logger } from 'pino';
import type { ChatPlace } from '../delivery/chat-place.ts';
import { addressedCommand, addressedText } from '../incoming/addressed.ts';
import type { BotContext, BotParts, Incoming } from '../incoming/bot-context.ts';
import { chatName, nameOfUser } from '../incoming/names.ts';
import { recipientOf } from '../incoming/recipient.ts';
import type { RateLimit } from '../people/rate-limit.ts';
import { pair } from './pair.ts';
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
    const disguised = disguise(context);
    if (disguised !== undefined) {
      const isFirst = refuse(disguised.id, disguised.name, parts, logger);
      if (isFirst && isForUs(context, incoming, parts)) {
        await incoming.reply('nobody', incoming.words.nobodyKnown);
      }
      return;
    }
    if (!isAllowed(incoming, context, parts)) {
      if (await pair(context, incoming, parts)) return;
      refuse(incoming.userId, shownName(context), parts, logger);
      return;
    }
    // The pieces of an album are one thing that somebody did.
    const did = context.msg?.media_group_id ?? incoming.id;
    const verdict = rate.check(incoming.userId, did, sentAt(context));
    if (verdict !== 'taken') {
      const says = incoming.words.tooFast(perMinute);
      if (verdict === 'first-refused') await incoming.reply('too-fast', says);
      return;
    }
    if (context.from !== undefined) await introduce(context, incoming, parts);
    // Everything behind the gate is built on this.
    (context as BotContext).incoming = incoming;
    await next();
  };
}

/** Silently; the operator and the admins can see who it was. True for the first time. */
function refuse(userId: string, name: string, { knocked }: BotParts, logger: Logger): boolean {
  if (knocked.has(userId) || knocked.size >= MAX_KNOCKED) return false;
  knocked.set(userId, name);
  logger.warn({ userId, name }, 'refused: not allowed to talk to the bot');
  return true;
}

const MAX_KNOCKED = 200;

/** Undefined where there is no person, or no chat to answer in. */
function incomingOf(context: Context, parts: BotParts, botId: number): Incoming | undefined {
  const { chat } = context;
  const from = context.from ?? whoStopped(context);
  if (chat === undefined || from === undefined || chat.type === 'channel') return undefined;
  const id = `tg-${botId}-${context.update.update_id}`;
  return {
    ...recipientOf(parts, placeOf(chat, context), id, from.language_code),
    userId: String(from.id),
    isGroup: chat.type !== 'private',
  };
}

/** Only in a private chat can a draft be stopped, and by the one who is there. */
const whoStopped = ({
  stoppedMessageGeneration: stop,
}: Context): { id: number; language_code?: string } | undefined => stop && { id: stop.chat.id };

/** A reply outside of a forum has a thread id too, in which nothing can be said. */
function placeOf(chat: { id: number }, { msg }: Context): ChatPlace {
  const thread = msg?.is_topic_message ? msg.message_thread_id : undefined;
  return { chatId: String(chat.id), ...(thread !== undefined && { thread: String(thread) }) };
}

/**
 * As whom a message is written that nobody wrote in their own name: as a channel, or as the group,
 * which its anonymous admins do. Nobody knows by whom, so nobody is allowed to.
 */
function disguise({ msg, chat, from }: Context): { id: string; name: string } | undefined {
  const sender = msg?.sender_chat;
  if (sender !== undefined) {
    const isGroup = sender.id === chat?.id;
    const name = `${chatName(sender)} (${isGroup ? 'an anonymous admin of the group' : 'in the name of a channel'})`;
    // Beside the group itself, which may be allowed.
    return { id: isGroup ? `anonymous in ${sender.id}` : String(sender.id), name };
  }
  return from?.is_bot ? { id: String(from.id), name: `${nameOfUser(from)} (a bot)` } : undefined;
}

/** Is it said to the bot, in a group that may talk to it? */
const isForUs = ({ msg, me }: Context, { chatId, isGroup }: Incoming, { access }: BotParts) =>
  msg !== undefined &&
  isGroup &&
  access.isAllowed(chatId) &&
  (addressedText(msg, me) !== undefined || addressedCommand(msg, me) !== undefined);

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
