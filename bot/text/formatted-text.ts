import type { MessageEntity } from 'grammy/types';

/** Text with Telegram's entities: offsets and lengths in UTF-16 units, as in JavaScript. */
export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** What an entity has beside its place. */
export type Style = DistributiveOmit<MessageEntity, 'offset' | 'length'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export const plain = (text: string): FormattedText => ({ text, entities: [] });

/** One after the other. */
export function joined(pieces: readonly FormattedText[], separator = ''): FormattedText {
  let text = '';
  const entities: MessageEntity[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) text += separator;
    for (const entity of piece.entities) {
      entities.push({ ...entity, offset: entity.offset + text.length });
    }
    text += piece.text;
  }
  return { text, entities };
}

/** All of a text in one more style; an empty text has none. */
export function styled(inner: FormattedText, style: Style): FormattedText {
  const { text, entities } = inner;
  if (text === '') return inner;
  // A style and a place are an entity.
  const entity = { ...style, offset: 0, length: text.length } as MessageEntity;
  return { text, entities: [entity, ...entities] };
}

/** The part from `start` to before `end`; an entity over an edge is cut there. */
export function sliced({ text, entities }: FormattedText, start: number, end: number) {
  const inside = entities.flatMap((entity): MessageEntity[] => {
    const from = Math.max(entity.offset, start);
    const to = Math.min(entity.offset + entity.length, end);
    return from < to ? [{ ...entity, offset: from - start, length: to - from }] : [];
  });
  return { text: text.slice(start, end), entities: inside };
}

/** The text where entities cannot be: a link's address follows its text, unless it stands there. */
export function spelledOut({ text, entities }: FormattedText): string {
  const links = entities.flatMap((entity) => (entity.type === 'text_link' ? [entity] : []));
  return links
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((done, { offset, length, url }) => {
      const end = offset + length;
      const after = done.slice(end);
      return after.startsWith(` (${url})`) ? done : `${done.slice(0, end)} (${url})${after}`;
    }, text);
}
