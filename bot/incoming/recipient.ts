import type { ChatPlace } from '../delivery/chat-place.ts';
import { noticeIdOf } from '../delivery/delivery-ids.ts';
import { requestDelivery } from '../delivery/ledger.ts';
import { CHANNEL } from '../people/channel.ts';
import { wordsFor } from '../words/words.ts';
import type { BotParts, Recipient } from './bot-context.ts';

/**
 * The chat, as whose message something is brought to an agent and to which it is answered. What comes
 * from the group that has become another since, such as the press of a button there, is the other's.
 *
 * @param id of the update, or of what else it is done for
 * @param language of who wrote, where the chat has none of its own
 */
export function recipientOf(
  { directory, log }: Pick<BotParts, 'directory' | 'log'>,
  place: ChatPlace,
  id: string,
  language?: string,
): Recipient {
  const chatId = directory.presentId(place.chatId);
  const here = { ...place, chatId };
  const member = directory.member(chatId);
  return {
    ...here,
    // The chat, not who wrote: docs/decisions/0022-chat-is-the-person.md.
    person: { channel: CHANNEL, userId: chatId },
    member,
    words: wordsFor(member.language ?? language),
    id,
    reply: (name, text, buttons) =>
      requestDelivery(
        log,
        noticeIdOf(id, name),
        { ...here, text, ...(buttons && { buttons: [...buttons] }) },
        { correlationId: id, causationId: id },
      ),
  };
}
