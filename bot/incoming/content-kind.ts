import type { Message } from 'grammy/types';
import { type Content, MESSAGE_CONTENT } from './message-content.ts';

/**
 * What a message is to an agent: `said` where there is a text or a file, else by what it holds (`Content`). What a later
 * Bot API than ours adds is taken for a note of Telegram's.
 */
export type ContentKind = 'said' | Exclude<Content, 'written' | 'file'>;

/** Pure. */
export function contentKind(message: Message): ContentKind {
  const held = new Set(Object.keys(message).map((key) => KINDS.get(key)));
  if (held.has('written') || held.has('file')) return 'said';
  if (held.has('described')) return 'described';
  return held.has('foreign') ? 'foreign' : 'service';
}

const KINDS = new Map<string, Content>(Object.entries(MESSAGE_CONTENT));
