import type { ExternalReplyInfo, Message, TextQuote } from 'grammy/types';
import type { FormattedText } from '../text/formatted-text.ts';
import { type Attachment, attachmentOf } from './attachment.ts';
import { chatName, nameOfOrigin, nameOfUser } from './names.ts';

/** What a message replies to. */
export interface RepliedTo {
  /** The bot's own id has no name here: `me`. */
  by: { name: string } | 'me';
  /** The part that its writer chose, where they chose one. */
  said: FormattedText;
  file?: Attachment | undefined;
  /** As Telegram has it. */
  original: Message | ExternalReplyInfo;
}

/**
 * What a message replies to, in its chat or in another. Undefined for one that replies to nothing; in
 * a topic each message "replies" to the note that the topic was made. Pure.
 */
export function repliedTo(message: Message, botId: number): RepliedTo | undefined {
  const { external_reply: external, quote } = message;
  const original = replyTarget(message);
  if (original !== undefined) {
    return {
      by: original.from?.id === botId ? 'me' : { name: writerOf(original) },
      ...contentOf(original, quote),
    };
  }
  if (external === undefined) return undefined;
  return { by: { name: nameOfOrigin(external.origin) }, ...contentOf(external, quote) };
}

/** The message of the same chat that is replied to, if that is one that somebody wrote. */
export function replyTarget(message: Message): Message['reply_to_message'] {
  const { reply_to_message: original, is_topic_message: inTopic, message_thread_id } = message;
  if (original === undefined || original.forum_topic_created !== undefined) return undefined;
  return inTopic && original.message_id === message_thread_id ? undefined : original;
}

function contentOf(
  original: Message | ExternalReplyInfo,
  quote: TextQuote | undefined,
): Pick<RepliedTo, 'said' | 'file' | 'original'> {
  const file = attachmentOf(original);
  const { text, entities } = quote ?? ('from' in original ? original : {});
  const said =
    text === undefined && 'caption' in original
      ? { text: original.caption ?? '', entities: original.caption_entities ?? [] }
      : { text: text ?? '', entities: entities ?? [] };
  return { said, original, ...(file && { file }) };
}

const writerOf = ({ sender_chat, from }: Message): string =>
  sender_chat === undefined ? nameOfUser(from) : chatName(sender_chat);
