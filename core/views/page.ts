import { MAX_PAGE } from '../../schemas/limits.ts';

export interface PageRequest {
  /** The id that the page before ended with. */
  after?: string | undefined;
  /** Entries at most. */
  limit?: number | undefined;
}

export interface Page<T> {
  items: T[];
  /** What the next page comes after; nothing where this is the last one. */
  next?: string;
}

/**
 * The entries that are wanted, from behind `after`. Where nobody has that id any more, they begin anew, so that
 * none is missed. Pure.
 */
export function pageOf<T>(
  entries: Iterable<readonly [id: string, entry: T]>,
  isWanted: (entry: T) => boolean,
  { after, limit = MAX_PAGE }: PageRequest,
): Page<T> {
  const all = [...entries];
  const from = after === undefined ? 0 : all.findIndex(([id]) => id === after) + 1;
  const items: T[] = [];
  let last: string | undefined;
  for (const [id, entry] of all.slice(from)) {
    if (!isWanted(entry)) continue;
    if (items.length === limit && last !== undefined) return { items, next: last };
    items.push(entry);
    last = id;
  }
  return { items };
}
