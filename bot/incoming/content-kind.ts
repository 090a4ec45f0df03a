import type { Message } from 'grammy/types';
import { attachmentOf } from './attachment.ts';

/**
 * What a message is to an agent. `said`: a text or a file. `foreign`: something that a person sent
 * and that cannot be passed on. `service`: Telegram's own note of what happened in the chat (a pin, a
 * timer, who came and went), and whatever kinds of it there will be: nobody says anything by it.
 */
export type ContentKind = 'said' | 'foreign' | 'service';

/** What people send (Bot API, Message) that is neither text nor file. */
const FOREIGN = [
  'sticker',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'game',
  'story',
  'paid_media',
  'checklist',
  'invoice',
] as const satisfies readonly (keyof Message)[];

/** Pure. */
export function contentKind(message: Message): ContentKind {
  if (message.text !== undefined || message.caption !== undefined) return 'said';
  if (attachmentOf(message) !== undefined) return 'said';
  return FOREIGN.some((key) => message[key] !== undefined) ? 'foreign' : 'service';
}
