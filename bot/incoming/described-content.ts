import type { ExternalReplyInfo, Message } from 'grammy/types';
import { richAsMarkdown } from '../text/rich-as-markdown.ts';
import type { SentWords } from '../words/sent-words.ts';
import type { Words } from '../words/words.ts';

type Sent = Message | ExternalReplyInfo;

/**
 * In words what a message holds that is neither text nor file: `[a sticker] 👍`. Undefined where there is nothing of
 * that kind. It is Markdown, as all that an agent is told. Pure.
 */
export function describedContent(message: Sent, { sent }: Pick<Words, 'sent'>): string | undefined {
  const { sticker, dice, contact } = message;
  if ('rich_message' in message && message.rich_message)
    return richAsMarkdown(message.rich_message);
  if (sticker) return labelled(sent.sticker, sticker.emoji);
  if (dice) return labelled(sent.dice, `${dice.emoji} ${dice.value}`);
  if (contact) return labelled(sent.contact, contactText(contact));
  return placeText(message, sent) ?? listText(message, sent);
}

const labelled = (label: string, content = ''): string => `[${label}] ${content}`.trimEnd();

const contactText = ({ first_name, last_name = '', phone_number }: NonNullable<Sent['contact']>) =>
  `${`${first_name} ${last_name}`.trim()}, ${phone_number}`;

/** A venue stands beside its location. */
function placeText({ venue, location }: Sent, sent: SentWords): string | undefined {
  if (venue) {
    return labelled(
      sent.location,
      `${venue.title}, ${venue.address} (${coordinates(venue.location)})`,
    );
  }
  if (location === undefined) return undefined;
  const label = location.live_period === undefined ? sent.location : sent.movingLocation;
  return labelled(label, coordinates(location));
}

/** Degrees: latitude and longitude, as maps take them. */
const coordinates = ({ latitude, longitude }: NonNullable<Sent['location']>): string =>
  `${latitude}, ${longitude}`;

function listText({ poll, checklist }: Sent, sent: SentWords): string | undefined {
  if (poll) {
    const options = poll.options.map(({ text, voter_count: votes }) =>
      votes > 0 ? `- ${text} (${votes})` : `- ${text}`,
    );
    const label = poll.type === 'quiz' ? sent.quiz : sent.poll;
    return [labelled(label, poll.question), ...options].join('\n');
  }
  if (checklist === undefined) return undefined;
  const tasks = checklist.tasks.map(
    ({ text, completion_date }) => `- [${completion_date ? 'x' : ' '}] ${text}`,
  );
  return [labelled(sent.checklist, checklist.title), ...tasks].join('\n');
}
