import type { Message } from 'grammy/types';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { requestedDelivery } from '../delivery/ledger.ts';
import { CHANNEL } from '../people/channel.ts';

/** The event that a message of a chat has become, or has shown, and its agent. */
export interface MeantEvent {
  agentId: string;
  eventId: string;
}

/** The clocks of Telegram and of the broker are not the same. */
const SLACK_MS = 60_000;

/** Telegram keeps what is for a bot for a day, and the bot what is for Telegram. */
const LATEST_MS = 25 * 3_600_000;

const FILTER = ['agents.*.command.send', `deliveries.${CHANNEL}.*.confirmed`];

/**
 * What a message of a chat was to, or is from, an agent. Undefined for what is neither: a word of the bot itself, one that
 * was refused. Only the part of the log is read in which it can be. Throws as reading the log does.
 */
export async function meantEvent(
  log: EventLog,
  person: Person,
  original: Pick<Message, 'chat' | 'message_id' | 'date'>,
): Promise<MeantEvent | undefined> {
  const sentAt = original.date * 1_000;
  const from = { time: new Date(Math.max(0, sentAt - SLACK_MS)) };
  for await (const message of log.read({ stream: 'EVENTS', filter: FILTER, from })) {
    if (message.time.getTime() > sentAt + LATEST_MS) return undefined;
    const found =
      sentEvent(message, person, original) ?? (await shownEvent(log, message, original));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where it is the message that somebody wrote. */
function sentEvent(
  message: StoredMessage,
  { channel, userId }: Person,
  { message_id: id }: Pick<Message, 'message_id'>,
): MeantEvent | undefined {
  const address = parseSubject(message.subject);
  const parsed = address?.family === 'command' ? parseEvent(message) : undefined;
  if (address?.family !== 'command' || parsed?.kind !== 'event') return undefined;
  if (parsed.event.type !== 'command.send') return undefined;
  const { from, sources = [] } = parsed.event.data;
  if (from?.channel !== channel || from.userId !== userId) return undefined;
  if (!sources.some((source) => source.message === String(id))) return undefined;
  return { agentId: address.agentId, eventId: parsed.event.id };
}

/** Where something that an agent said was brought by it. */
async function shownEvent(
  log: EventLog,
  message: StoredMessage,
  { chat, message_id: id }: Pick<Message, 'chat' | 'message_id'>,
): Promise<MeantEvent | undefined> {
  const address = parseSubject(message.subject);
  const parsed = address?.family === 'delivery' ? parseEvent(message) : undefined;
  if (address?.family !== 'delivery' || parsed?.kind !== 'event') return undefined;
  const { event } = parsed;
  if (event.type !== 'delivery.confirmed' || event.data.messageId !== String(id)) return undefined;
  const request = await requestedDelivery(log, address.deliveryId);
  const { chatId, agentId, sequence } = request ?? {};
  if (chatId !== String(chat.id) || agentId === undefined || sequence === undefined)
    return undefined;
  const eventId = (await log.at('EVENTS', sequence))?.header('ce-id');
  return eventId === undefined ? undefined : { agentId, eventId };
}
