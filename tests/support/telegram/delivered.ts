import { english } from '../../../bot/words/english.ts';

const MARK = `${english.perhapsRepeated}\n`;

export interface Delivered {
  /** Each text once, in the order in which it was first seen. */
  texts: string[];
  /** Messages that bear the mark of a perhaps repeated one. */
  marked: number;
  /** Texts that were seen again. */
  repeats: number;
  /** Texts that were seen again without the mark: there must be none. */
  unmarkedRepeats: string[];
}

/** What a chat has got, with what the ledger called ambiguous told apart. */
export function delivered(shown: readonly string[]): Delivered {
  const seen = new Set<string>();
  const result: Delivered = { texts: [], marked: 0, repeats: 0, unmarkedRepeats: [] };
  for (const text of shown) {
    const isMarked = text.startsWith(MARK);
    const own = isMarked ? text.slice(MARK.length) : text;
    if (isMarked) result.marked += 1;
    if (seen.has(own)) {
      result.repeats += 1;
      if (!isMarked) result.unmarkedRepeats.push(own);
    } else result.texts.push(own);
    seen.add(own);
  }
  return result;
}
