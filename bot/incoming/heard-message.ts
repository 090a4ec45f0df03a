import type { Message } from 'grammy/types';
import { withoutSecondSlash } from '../../core/conversation/slash-twice.ts';
import type { MessageSource } from '../../schemas/events/message-source.ts';
import { derivedId } from '../../schemas/ids.ts';
import { asQuotation, entitiesAsMarkdown } from '../text/entities-as-markdown.ts';
import type { FormattedText } from '../text/formatted-text.ts';
import type { Words } from '../words/words.ts';
import { formattedOf } from './addressed.ts';
import { type Attachment, attachmentOf } from './attachment.ts';
import { describedContent } from './described-content.ts';
import { nameOfOrigin, plainName } from './names.ts';
import { type RepliedTo, repliedTo } from './replied-to.ts';

/** What a message brings to an agent. */
export interface HeardMessage {
  /** Markdown: what was said, what it replies to and by whom, and where it is from. */
  text: string;
  files: Attachment[];
  source: MessageSource;
}

export interface Hearing {
  /** What it says to the bot: without the bot's name. */
  said: FormattedText;
  words: Words;
  botId: number;
  /** It answers a question of the agent, which knows what it has asked. */
  isAnswer: boolean;
  /** It goes on the text of the message before: who speaks is said there. */
  isMore: boolean;
}

/** Pure. */
export function heardMessage(message: Message, hearing: Hearing): HeardMessage {
  const { botId, words, isAnswer } = hearing;
  const replied = isAnswer ? undefined : repliedTo(message, botId);
  const quoted = replied && quotation(replied, words);
  const own = attachmentOf(message);
  const others = replied && !isKnown(message, replied) ? replied.file : undefined;
  return {
    text: [quoted, saidText(message, hearing)].filter((each) => each).join('\n\n'),
    files: [...(own ? [own] : []), ...(others ? [others] : [])],
    source: sourceOf(message),
  };
}

/** In a private chat the agent was given every file that is not from elsewhere, or has sent it. */
const isKnown = ({ chat, external_reply }: Message, { by }: RepliedTo): boolean =>
  by === 'me' || (chat.type === 'private' && external_reply === undefined);

function saidText(message: Message, { said, words, isMore }: Hearing): string {
  const text =
    withoutSecondSlash(entitiesAsMarkdown(said)) || (describedContent(message, words) ?? '');
  const { forward_origin: origin } = message;
  const whole =
    origin === undefined
      ? text
      : `${words.forwardedFrom(nameOfOrigin(origin))}\n${asQuotation(text)}`.trimEnd();
  return isMore ? whole : spokenBy(message, whole);
}

/** In a group the agent is told who speaks; a command of its CLI must begin with its slash. */
function spokenBy({ chat, from }: Message, text: string): string {
  if (chat.type === 'private' || text === '' || text.startsWith('/')) return text;
  return `${plainName(from?.first_name ?? '')}: ${text}`;
}

function quotation({ by, said, file, original }: RepliedTo, words: Words): string | undefined {
  const text = entitiesAsMarkdown(said) || describedContent(original, words);
  const content = [text, file && `(${file.name})`].filter((each) => each).join('\n');
  if (content === '') return undefined;
  const lead = by === 'me' ? words.inReplyToBot : words.inReplyTo(by.name);
  return `${lead}\n${asQuotation(content)}`;
}

/** By which an edit finds what it is an edit of, and whether it changes anything. */
export function sourceOf(message: Message): MessageSource {
  const { text, entities } = formattedOf(message);
  const file = attachmentOf(message)?.uniqueId;
  return {
    message: String(message.message_id),
    content: derivedId('', text, JSON.stringify(entities.map(shape))),
    ...(file !== undefined && { file }),
  };
}

/** What of an entity a person has written; a link's preview, a user's details are Telegram's. */
const shape = (entity: FormattedText['entities'][number]): unknown[] => [
  entity.type,
  entity.offset,
  entity.length,
  'url' in entity ? entity.url : '',
  'language' in entity ? entity.language : '',
];
