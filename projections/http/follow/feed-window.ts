import { bytesAfter, type FeedChunk } from './feed-chunk.ts';

/** What a reader gets next. */
export type Next =
  /** `bytes` may be empty: then nothing up to `through` is for its readers. */
  | { kind: 'bytes'; bytes: Uint8Array; through: number }
  /** There is nothing yet. */
  | { kind: 'wait' }
  /** What comes next is not kept any more, or never was. */
  | { kind: 'behind' };

/** What a chunk takes beside its bytes: many are as small as one event. */
const CHUNK_BYTES = 256;

/**
 * The last of a stream that is encoded and kept for those who read it: without gap from `after` to
 * `head`, places of the stream. Pure: it neither waits nor asks.
 */
export class FeedWindow {
  #chunks: FeedChunk[] = [];
  #after: number;
  #head: number;
  #size = 0;

  constructor(after: number) {
    this.#after = after;
    this.#head = after;
  }

  /** The place behind which everything is kept. */
  get after(): number {
    return this.#after;
  }

  /** The place up to which everything is there. */
  get head(): number {
    return this.#head;
  }

  /** Bytes that it takes, about. */
  get size(): number {
    return this.#size;
  }

  /** Whether it has so much room in this limit; for one chunk there always is. */
  fits(bytes: number, limit: number): boolean {
    return this.#chunks.length === 0 || this.#size + bytes + CHUNK_BYTES <= limit;
  }

  /** What comes behind the head: all that there is from there up to `through`. */
  push(bytes: Uint8Array, through: number): void {
    if (bytes.length > 0) {
      this.#chunks.push({ after: this.#head, through, bytes });
      this.#size += sizeOf(bytes);
    }
    this.#head = through;
  }

  /** What comes behind a place that a reader has reached. */
  next(place: number): Next {
    if (place < this.#after) return { kind: 'behind' };
    if (place >= this.#head) return { kind: 'wait' };
    const chunk = this.#firstBeyond(place);
    if (chunk === undefined) return { kind: 'bytes', bytes: NOTHING, through: this.#head };
    return { kind: 'bytes', bytes: bytesAfter(chunk, place), through: chunk.through };
  }

  /** Where the oldest that is kept ends; undefined where nothing is. */
  get oldestThrough(): number | undefined {
    return this.#chunks[0]?.through;
  }

  /** Keeps the oldest no longer. */
  dropOldest(): void {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return;
    this.#after = chunk.through;
    this.#size -= sizeOf(chunk.bytes);
  }

  /** Looked for from the end: most readers are near it. */
  #firstBeyond(place: number): FeedChunk | undefined {
    let at = this.#chunks.length;
    while ((this.#chunks[at - 1]?.through ?? place) > place) at -= 1;
    return this.#chunks[at];
  }
}

const sizeOf = (bytes: Uint8Array): number => bytes.length + CHUNK_BYTES;

const NOTHING = new Uint8Array(0);
