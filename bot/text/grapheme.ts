const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** No grapheme that is read anywhere is longer; what goes on for longer is cut within. */
const LONGEST = 256;

/**
 * The last place at or before `at`, and behind `from`, that is between two graphemes: what is seen as
 * one character (a family, a letter with its marks, a flag) stays whole. In UTF-16 units.
 */
export function graphemeEdge(text: string, at: number, from = 0): number {
  if (at >= text.length) return text.length;
  const start = certainEdge(text, at);
  const { index } = SEGMENTER.segment(text.slice(start, at + LONGEST)).containing(at - start) ?? {};
  const edge = start + (index ?? 0);
  return edge > Math.max(from, at - LONGEST) ? edge : betweenPairs(text, at);
}

/** The beginning of a text, of at most so many units. */
export const cutAtGrapheme = (text: string, limit: number): string =>
  text.slice(0, graphemeEdge(text, limit));

/** A place before `at` where a grapheme begins for certain, as one does with each ASCII character. */
function certainEdge(text: string, at: number): number {
  const first = Math.max(0, at - LONGEST);
  for (let place = at - 1; place > first; place -= 1) {
    if (text.charCodeAt(place) < 0x80 && text[place] !== '\n') return place;
  }
  return first;
}

const betweenPairs = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  const isLowSurrogate = code >= 0xdc00 && code <= 0xdfff;
  return isLowSurrogate ? at - 1 : at;
};
