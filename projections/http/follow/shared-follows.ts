import { chooseFeed } from './choose-feed.ts';
import { Feed, type FeedReader, type FeedSource } from './feed.ts';

export interface FollowRequest {
  /** The same of those, and only of those, whose source says the same. */
  key: string;
  source: FeedSource;
  /** The place behind which the reader wants everything. */
  after: number;
  /** Aborted when it is gone. */
  signal: AbortSignal;
}

/** Bytes that are kept of one feed, at most and at least, and about all that the feeds share by their readers. */
const FEED_BYTES = 4 * 1024 * 1024;
const LEAST_BYTES = 256 * 1024;
const ALL_BYTES = 32 * 1024 * 1024;

/**
 * What many readers follow: those of one filter share one following and what it has encoded, whoever
 * falls too far behind follows on its own from where it is, and joins the others where it meets
 * them (docs/decisions/0129-readers-share-what-they-follow.md).
 */
export class SharedFollows {
  readonly #signal: AbortSignal;
  /** Of each key, oldest first. */
  readonly #feeds = new Map<string, Set<Feed>>();
  #count = 0;
  #readers = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** How many streams are followed at the moment. */
  get size(): number {
    return this.#count;
  }

  /**
   * Server-sent events behind a place, whole ones, each once and in order; pulled as they are taken. Ends
   * when either signal aborts; throws as the source does.
   */
  async *read(request: FollowRequest): AsyncGenerator<Uint8Array, void, undefined> {
    const reader: FeedReader = { place: request.after };
    this.#readers += 1;
    let feed = this.#joined(reader, request);
    try {
      while (!request.signal.aborted) {
        const next = feed.next(reader);
        if (next.kind === 'bytes') {
          if (next.bytes.length > 0) yield next.bytes;
          feed.moved(reader, next.through);
        } else if (next.kind === 'wait') {
          if (feed.ended) return;
          await feed.arrival(reader, request.signal).catch(() => undefined);
        }
        feed = this.#joined(reader, request, feed);
      }
    } finally {
      this.#readers -= 1;
      feed.leave(reader);
    }
  }

  /** The feed that a reader is best in, where it is now. */
  #joined(reader: FeedReader, { key, source }: FollowRequest, present?: Feed): Feed {
    // One that has failed says so to those who are in it.
    if (present?.ended === true && reader.place >= present.after) return present;
    const open = [...(this.#feeds.get(key) ?? [])].filter(({ ended }) => !ended);
    const chosen = chooseFeed(open, reader.place) ?? this.#open(key, source, reader.place);
    if (chosen === present) return chosen;
    chosen.join(reader);
    present?.leave(reader);
    return chosen;
  }

  #open(key: string, source: FeedSource, after: number): Feed {
    // Of those who lag behind, each in a feed of its own, nobody takes from where most are.
    const limit = (readers: number) =>
      Math.max(LEAST_BYTES, Math.min(FEED_BYTES, (ALL_BYTES * readers) / this.#readers));
    const feed = new Feed({ source, after, signal: this.#signal, limit });
    const feeds = this.#feeds.get(key) ?? new Set();
    this.#feeds.set(key, feeds.add(feed));
    this.#count += 1;
    void feed.run().finally(() => {
      this.#count -= 1;
      feeds.delete(feed);
      if (feeds.size === 0) this.#feeds.delete(key);
    });
    return feed;
  }
}
