/** What is kept of a feed, in places of its stream; {@link FeedWindow} has it. */
export interface Kept {
  readonly after: number;
  readonly head: number;
}

/** A feed that has so little to go to where a reader is, is waited for rather than joined by another. */
const NEAR = 5_000;

/**
 * The feed that a reader at a place joins, of those of one filter, oldest first: one that has what
 * comes next, or will soon; undefined where it needs one of its own. Always the oldest, so that
 * readers that have been apart come together, and do not change places.
 */
export function chooseFeed<T extends Kept>(feeds: Iterable<T>, place: number): T | undefined {
  let near: T | undefined;
  for (const feed of feeds) {
    if (place < feed.after) continue;
    if (place <= feed.head) return feed;
    if (place - feed.head <= NEAR) near ??= feed;
  }
  return near;
}
