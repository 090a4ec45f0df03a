import type { MessageEntity } from 'grammy/types';
import type { FormattedText } from './formatted-text.ts';
import { looksElsewhere } from './looks-elsewhere.ts';

type Link = MessageEntity & { type: 'text_link' };

/** Embeddings, overrides and isolates turn what follows them around, links and all. */
const TURNED = /[\u202a-\u202e\u2066-\u2069]/u;

/**
 * Behind every link whose text looks like another address than its own stands the real one. What
 * counts is what is seen: the text, and the words in which it is, for an address can be put together
 * from several.
 */
export function withRealAddresses(formatted: FormattedText): FormattedText {
  const { text, entities } = formatted;
  const isTurned = TURNED.test(text);
  return entities
    .filter((entity): entity is Link => entity.type === 'text_link')
    .toSorted((a, b) => b.offset - a.offset)
    .filter(
      (link) => isTurned || textsOf(text, link).some((one) => looksElsewhere(one, urlOf(link))),
    )
    .reduce((done, link) => behind(done, link, ` (${urlOf(link)?.href ?? link.url})`), formatted);
}

const urlOf = ({ url }: Link): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);

/** No host name is longer. */
const NAME_UNITS = 253;

/** The text of a link, and the same with the words that it is a part of. */
function textsOf(text: string, { offset, length }: Link): string[] {
  const end = offset + length;
  const own = text.slice(offset, end);
  const before =
    text
      .slice(Math.max(0, offset - NAME_UNITS), offset)
      .split(/\s/)
      .at(-1) ?? '';
  const after = text.slice(end, end + NAME_UNITS).split(/\s/)[0] ?? '';
  return [own, `${before}${own}${after}`];
}

/** Puts a text behind a link; what was around the link (a quotation, a list in bold) is around both. */
function behind({ text, entities }: FormattedText, link: Link, added: string): FormattedText {
  const at = link.offset + link.length;
  return {
    text: text.slice(0, at) + added + text.slice(at),
    entities: entities.map((entity) => {
      const { offset, length } = entity;
      if (offset >= at) return { ...entity, offset: offset + added.length };
      const isAround = offset <= link.offset && offset + length >= at;
      const grows = offset + length > at || (isAround && entity.type !== 'text_link');
      return grows ? { ...entity, length: length + added.length } : entity;
    }),
  };
}
