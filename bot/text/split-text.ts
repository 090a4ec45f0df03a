import { type FormattedText, sliced } from './formatted-text.ts';
import { graphemeEdge } from './grapheme.ts';

/** A message has 4096 UTF-16 units at most (Bot API, sendMessage); some are kept for a mark. */
export const MAX_UNITS = 4096;

/** Telegram shows the first hundred entities of a message, and the rest as plain text. */
const MAX_ENTITIES = 100;

/**
 * A text in parts of at most `limit` UTF-16 units and as many entities as a message may have. It is cut between paragraphs, else lines, else
 * words; outside of entities wherever that is possible, so that a code block or a link stays whole;
 * never within what is seen as one character. An entity that is longer than a part goes on in the next one.
 * Only blank space at the edges is lost; a blank text has no part.
 */
export function splitText(whole: FormattedText, limit = MAX_UNITS): FormattedText[] {
  const parts: FormattedText[] = [];
  for (let start = 0; start < whole.text.length; ) {
    const end = cut(whole, start, limit);
    const part = withoutBlankEdges(sliced(whole, start, end));
    if (part.text !== '') parts.push(part);
    start = end;
  }
  return parts;
}

/** Where the part that begins at `start` ends. */
function cut({ text, entities }: FormattedText, start: number, limit: number): number {
  const last = Math.min(start + limit, roomForEntities(entities, start));
  if (text.length <= last) return text.length;
  const isInside = (at: number) =>
    entities.some(({ offset, length }) => at > offset && at < offset + length);
  const places = (allowed: (at: number) => boolean) =>
    lastPlace(text, start + Math.floor((last - start) / 4), last, allowed);
  return (
    places((at) => !isInside(at)) ??
    lastEdge(entities, start, last) ??
    places(() => true) ??
    graphemeEdge(text, last, start)
  );
}

/** Where the first entity begins that a message from `start` on has no room for. */
function roomForEntities(entities: FormattedText['entities'], start: number): number {
  const ahead = entities.filter(({ offset, length }) => offset + length > start);
  if (ahead.length <= MAX_ENTITIES) return Number.POSITIVE_INFINITY;
  const begins = ahead.map(({ offset }) => offset).sort((a, b) => a - b);
  const first = begins[MAX_ENTITIES] ?? 0;
  // So many within each other that no cut can help.
  return first > start ? first : Number.POSITIVE_INFINITY;
}

const BREAKS = ['\n\n', '\n', ' '];

/** The last place after a break between `first` and `last`, of the best kind of break there is. */
function lastPlace(
  text: string,
  first: number,
  last: number,
  allowed: (at: number) => boolean,
): number | undefined {
  for (const mark of BREAKS) {
    for (let at = last; at > first; at -= 1) {
      if (text.endsWith(mark, at) && allowed(at)) return at;
    }
  }
  return undefined;
}

/** The last place where an entity begins or ends and none goes on. */
function lastEdge(
  entities: FormattedText['entities'],
  start: number,
  last: number,
): number | undefined {
  const edges = entities
    .flatMap(({ offset, length }) => [offset, offset + length])
    .filter((at) => at > start && at <= last)
    .sort((a, b) => b - a);
  return edges.find((at) =>
    entities.every(({ offset, length }) => at <= offset || at >= offset + length),
  );
}

/** Line breaks at both ends, and all of a text that is blank. */
function withoutBlankEdges(part: FormattedText): FormattedText {
  const { text } = part;
  if (text.trim() === '') return { text: '', entities: [] };
  const start = text.length - text.replace(/^[\r\n]+/, '').length;
  return sliced(part, start, text.trimEnd().length);
}
