import { ChangeSignal } from '../../../platform/async/change-signal.ts';
import { startTimer } from '../../../platform/async/timer.ts';
import { FeedWindow, type Next } from './feed-window.ts';

/** Some events of a stream, and how far they go: there is none besides up to `through`. */
export interface FeedPiece {
  bytes: Uint8Array;
  through: number;
}

/** What comes behind a place of a stream, until the signal aborts. */
export type FeedSource = (after: number, signal: AbortSignal) => AsyncIterable<FeedPiece>;

export interface FeedReader {
  /** Where it is: it has everything up to there. */
  place: number;
}

export interface FeedOptions {
  source: FeedSource;
  after: number;
  signal: AbortSignal;
  /** Bytes that are kept for so many readers, as of now. */
  limit: (readers: number) => number;
}

/**
 * How long those who wait do so for the slowest of them, for a piece of 64 KiB: whoever takes less
 * than 3 MB a second is not waited for, and goes its own way.
 */
const SLOWEST_MS = 20;

/**
 * One following of a stream for several readers: what one of them waits for is pulled, and what was
 * pulled is kept for the others while there is room. One that falls behind holds up nobody.
 */
export class Feed {
  readonly #window: FeedWindow;
  readonly #source: FeedSource;
  readonly #limit: (readers: number) => number;
  readonly #signal: AbortSignal;
  readonly #left = new AbortController();
  readonly #readers = new Set<FeedReader>();
  /** Something is there that was not. */
  readonly #arrivals = new ChangeSignal();
  /** A reader came, went on, or left. */
  readonly #moves = new ChangeSignal();
  #failure: { error: unknown } | undefined;

  constructor({ source, after, signal, limit }: FeedOptions) {
    this.#window = new FeedWindow(after);
    this.#source = source;
    this.#limit = limit;
    this.#signal = AbortSignal.any([signal, this.#left.signal]);
  }

  get after(): number {
    return this.#window.after;
  }

  get head(): number {
    return this.#window.head;
  }

  /** Whether nothing comes of it any more. */
  get ended(): boolean {
    return this.#signal.aborted || this.#arrivals.closed;
  }

  join(reader: FeedReader): void {
    this.#readers.add(reader);
    this.#moves.changed();
  }

  /** Nobody follows for nobody. */
  leave(reader: FeedReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#left.abort();
    this.#moves.changed();
  }

  /** What comes next for one of its readers, as far as it is there. Throws why there will be nothing more. */
  next({ place }: FeedReader): Next {
    const next = this.#window.next(place);
    if (next.kind === 'wait' && this.#failure !== undefined) throw this.#failure.error;
    return next;
  }

  moved(reader: FeedReader, place: number): void {
    reader.place = place;
    this.#moves.changed();
  }

  /** Resolves when there is more for a reader, or will be nothing more; rejects as the signal aborts. */
  arrival({ place }: FeedReader, signal: AbortSignal): Promise<void> {
    return this.#arrivals.until(() => this.#window.head > place, signal);
  }

  /** Follows until the signal aborts, nobody reads any more, or it fails, of which its readers are told. */
  async run(): Promise<void> {
    try {
      for await (const { bytes, through } of this.#source(this.head, this.#signal)) {
        await this.#moves.until(() => this.#isAwaited(), this.#signal);
        await this.#makeRoom(bytes.length);
        this.#window.push(bytes, through);
        this.#arrivals.changed();
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#failure = { error };
    } finally {
      this.#arrivals.close();
    }
  }

  /** Whether a reader has everything that is there. */
  #isAwaited(): boolean {
    for (const { place } of this.#readers) if (place >= this.head) return true;
    return false;
  }

  /** Of what is oldest: while somebody waits for what comes, the others are waited for a moment alone. */
  async #makeRoom(bytes: number): Promise<void> {
    while (!this.#window.fits(bytes, this.#limit(this.#readers.size))) {
      if (!this.#isOldestTaken()) await this.#slowest();
      this.#window.dropOldest();
    }
  }

  /** Resolves when they have the oldest, or have not been quick enough. */
  async #slowest(): Promise<void> {
    const over = new AbortController();
    const cancel = startTimer(SLOWEST_MS, () => over.abort());
    const signal = AbortSignal.any([over.signal, this.#signal]);
    try {
      await this.#moves.until(() => this.#isOldestTaken(), signal);
    } catch {
      this.#signal.throwIfAborted();
    } finally {
      cancel();
    }
  }

  /** By all who are not behind already. */
  #isOldestTaken(): boolean {
    const { after, oldestThrough = after } = this.#window;
    for (const { place } of this.#readers) {
      if (place >= after && place < oldestThrough) return false;
    }
    return true;
  }
}
