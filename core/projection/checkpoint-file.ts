import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { isSystemError } from '../../schemas/system-error.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import {
  applyEntry,
  changedEntries,
  type Entry,
  entriesIn,
  NOTHING,
  type Noted,
  noted,
} from './changed-entries.ts';
import {
  readSegments,
  type Segment,
  type SegmentHeader,
  segmentText,
} from './checkpoint-segment.ts';

export interface CheckpointFileOptions {
  path: string;
  logger: Logger;
  /** The version of the code that folds; a checkpoint of another version is not read. */
  version: string;
}

export interface Checkpoint {
  /** Which history it is of (`StreamIdentity`): another stream's checkpoint is none of ours. */
  stream: string;
  /** The last sequence that was seen, folded or skipped. */
  sequence: number;
  /** When the broker stored the message of that sequence (RFC 3339), where one was seen. */
  seenAt?: string | undefined;
  state: SystemState;
}

/** What the file holds, as this process wrote or read it: the next save adds what changed since. */
interface Written {
  stream: string;
  maps: Noted;
  /** The hash of the last segment. */
  after: string;
  /** Bytes of the file. */
  size: number;
  /** Its first segment. */
  base: { bytes: number; entries: number };
}

/** A file that has grown by less than that is not written anew. */
const MIN_GROWTH = 1024 * 1024;

/**
 * A folded state and the sequence that it stands at, in one file: both move together or not at all.
 * It may be deleted at any time; the log has everything.
 *
 * Segments of lines: the first has the whole state, each after it what changed since the one before.
 * One that is not whole counts for nothing, and what came before it holds. When the changes are as
 * many as the state, or most of it has gone, the file is replaced by one of a single segment. The maps
 * keep their order, so that a state that was read lists everything as the one that was written.
 */
export class CheckpointFile {
  readonly #options: CheckpointFileOptions;
  #written: Written | undefined;

  constructor(options: CheckpointFileOptions) {
    this.#options = options;
  }

  /** The checkpoint of this stream, or undefined where there is none that can be gone on from. */
  async load(stream: string, lastSequence: number): Promise<Checkpoint | undefined> {
    const { path, logger } = this.#options;
    this.#written = undefined;
    try {
      const file = await readFile(path);
      const checkpoint = await this.#read(file);
      const ours = checkpoint.stream === stream && checkpoint.sequence <= lastSequence;
      if (ours) return checkpoint;
      this.#written = undefined;
      logger.warn({ path }, 'the checkpoint is of another log; rebuilding from the beginning');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      logger.warn({ path, err: error }, 'no usable checkpoint; rebuilding from the beginning');
    }
    return undefined;
  }

  /** Notes the state as of the call, in slices: it may go on changing meanwhile. */
  async save({ stream, sequence, seenAt, state }: Checkpoint): Promise<void> {
    const { version } = this.#options;
    const maps = noted(state);
    const { sequence: folded, forgotten } = state;
    const head = { version, stream, sequence, seenAt, folded, forgotten };
    const written = this.#written;
    // Where it fails, nobody knows what the file holds: the next save is of all.
    this.#written = undefined;
    if (written?.stream === stream && (await this.#canGrow(written, entriesIn(maps)))) {
      const entries = changedEntries(written.maps, maps);
      this.#written = await this.#grow(written, { ...head, after: written.after }, entries, maps);
    } else {
      const entries = changedEntries(NOTHING, maps);
      this.#written = await this.#replace({ ...head, after: '' }, entries, maps);
    }
  }

  /**
   * Not where most of the file is of the past. Whoever deletes or replaces it leaves no place for
   * changes either.
   */
  async #canGrow({ size, base }: Written, entries: number): Promise<boolean> {
    if (size - base.bytes > Math.max(base.bytes, MIN_GROWTH)) return false;
    if (base.bytes > MIN_GROWTH && entries < base.entries / 2) return false;
    const found = await stat(this.#options.path).catch(() => undefined);
    return found?.size === size;
  }

  async #grow(
    written: Written,
    head: SegmentHeader,
    entries: readonly Entry[],
    maps: Noted,
  ): Promise<Written> {
    const { size, after } = await writeSegment(this.#options.path, 'a', head, entries);
    return { ...written, maps, after, size: written.size + size };
  }

  async #replace(head: SegmentHeader, entries: readonly Entry[], maps: Noted): Promise<Written> {
    const { path } = this.#options;
    // A fixed name: what a kill leaves behind is overwritten by the next.
    const unfinished = `${path}.new`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { size, after } = await writeSegment(unfinished, 'w', head, entries);
    await rename(unfinished, path);
    const base = { bytes: size, entries: entries.length };
    return { stream: head.stream, maps, after, size, base };
  }

  /** As far as it is whole. Throws where not even its first segment is, or it is of another version. */
  async #read(file: Buffer): Promise<Checkpoint> {
    const state = initialSystem();
    let last: SegmentHeader | undefined;
    let after = '';
    let base: Written['base'] | undefined;
    try {
      for await (const segment of readSegments(file)) {
        this.#check(segment, after);
        for (const entry of segment.entries) applyEntry(state, entry);
        last = segment.header;
        base ??= { bytes: segment.size, entries: segment.entries.length };
        after = segment.sha256;
      }
      if (last === undefined || base === undefined) throw new Error('the file is empty');
      this.#written = { stream: last.stream, maps: noted(state), after, size: file.length, base };
    } catch (error) {
      if (last === undefined) throw error;
      const { path, logger } = this.#options;
      logger.warn(
        { path, err: error },
        'the end of the checkpoint is torn; going on from before it',
      );
    }
    const { stream, sequence, seenAt, folded, forgotten } = last;
    const known = { stream, sequence, state: { ...state, sequence: folded, forgotten } };
    return seenAt === undefined ? known : { ...known, seenAt };
  }

  #check({ header }: Segment, after: string): void {
    if (header.version !== this.#options.version)
      throw new Error('it was written by another version');
    if (header.after !== after) throw new Error('a part of the file is missing');
  }
}

/** Appended to the file, or in the place of all that it had. */
async function writeSegment(
  path: string,
  flags: 'a' | 'w',
  head: SegmentHeader,
  entries: readonly Entry[],
): Promise<{ size: number; after: string }> {
  const file = await open(path, flags, 0o600);
  let size = 0;
  try {
    const text = segmentText(head, entries);
    for (;;) {
      const { value, done } = text.next();
      if (done) return { size, after: value };
      // Whole, or an error: a write may take only a part where the disk fills.
      await file.appendFile(value);
      size += Buffer.byteLength(value);
    }
  } finally {
    await file.close();
  }
}
