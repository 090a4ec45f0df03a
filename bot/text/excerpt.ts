import { cutAtGrapheme, graphemeEdge } from './grapheme.ts';

/** How much of a text stands before what was found in it, and how long the whole is; in UTF-16 units. */
const BEFORE = 40;
const LENGTH = 160;

/** The part of a text around what is looked for, in one line. Pure. */
export function excerpt(text: string, wanted: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const at = Math.max(0, line.toLowerCase().indexOf(wanted.toLowerCase().replace(/\s+/g, ' ')));
  const from = at <= BEFORE ? 0 : graphemeEdge(line, at - BEFORE);
  const shown = cutAtGrapheme(line.slice(from), LENGTH);
  const isWhole = from + shown.length >= line.length;
  return `${from > 0 ? '…' : ''}${shown}${isWhole ? '' : '…'}`;
}
