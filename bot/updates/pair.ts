import type { Context } from 'grammy';
import { noticeIdOf } from '../delivery/delivery-ids.ts';
import { requestDelivery } from '../delivery/ledger.ts';
import type { BotParts, Incoming } from '../incoming/bot-context.ts';
import { CHANNEL } from '../people/channel.ts';
import { pairingCode } from '../people/pairing.ts';
import { wordsFor } from '../words/words.ts';
import { shownName } from './shown-name.ts';

/**
 * Lets in who brings the code of an admin in a private chat, and tells both. False where it is none: nobody is told whether
 * a code is right but by being let in.
 */
export async function pair(
  context: Context,
  incoming: Incoming,
  parts: BotParts,
): Promise<boolean> {
  const code = incoming.isGroup ? undefined : pairingCode(context.message?.text ?? '');
  const { pairing, directory, access, knocked } = parts;
  const { userId, id, reply, words } = incoming;
  const by = code && pairing.take(code, userId);
  // Whoever was an admin when the code was made.
  if (!by || !access.isAdmin(by)) return false;
  const person = { channel: CHANNEL, userId: by };
  await directory.state('user.allowed', userId, { by: person }, id);
  knocked.delete(userId);
  await reply('paired', words.welcome);
  const { language } = directory.member(by);
  const text = wordsFor(language).paired(shownName(context), userId);
  const cause = { correlationId: id, causationId: id };
  await requestDelivery(parts.log, noticeIdOf(id, 'let-in'), { chatId: by, text }, cause);
  return true;
}
