import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TimeSlice } from '../../platform/async/time-slice.ts';
import type { Entry } from './changed-entries.ts';

const header = z.object({
  version: z.string(),
  stream: z.string(),
  /** The last sequence that was seen, folded or skipped. */
  sequence: z.int().nonnegative(),
  /** When the broker stored the message of that sequence (RFC 3339), where there was one. */
  seenAt: z.string().optional(),
  folded: z.int().nonnegative(),
  forgotten: z.int().nonnegative(),
  /** The hash of the segment that this one goes on from; empty for the first. */
  after: z.string(),
});
export type SegmentHeader = z.infer<typeof header>;

/** One save: a header, entries, and the SHA-256 of both. */
export interface Segment {
  header: SegmentHeader;
  entries: Entry[];
  sha256: string;
  /** Bytes in the file. */
  size: number;
}

/** Characters that are made at a time: a millisecond or two. */
const SLICE_CHARACTERS = 64 * 1024;

/** The lines of a segment, in slices; returns its hash. */
export function* segmentText(
  first: SegmentHeader,
  entries: readonly Entry[],
): Generator<string, string> {
  const hash = createHash('sha256');
  let slice = line(first);
  for (const entry of entries) {
    slice += line(entry);
    if (slice.length < SLICE_CHARACTERS) continue;
    hash.update(slice);
    yield slice;
    slice = '';
  }
  const sha256 = hash.update(slice).digest('hex');
  yield slice + line({ sha256 });
  return sha256;
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const HASH_LINE = /^\{"sha256":"([0-9a-f]{64})"\}$/;

/**
 * The segments of a file, one after the other, each once its hash was found right. Throws at the first
 * that is torn or damaged: what came before it holds.
 */
export async function* readSegments(file: Buffer): AsyncGenerator<Segment> {
  const slice = new TimeSlice();
  let hash = createHash('sha256');
  let lines: string[] = [];
  let begin = 0;
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf('\n', at) + 1;
    if (end === 0) break;
    const text = file.toString('utf8', at, end - 1);
    const stated = HASH_LINE.exec(text)?.[1];
    if (stated === undefined) {
      hash.update(file.subarray(at, end));
      lines.push(text);
    } else {
      if (hash.digest('hex') !== stated) throw new Error('the file is damaged');
      yield { ...(await segmentOf(lines, slice)), sha256: stated, size: end - begin };
      begin = end;
      hash = createHash('sha256');
      lines = [];
    }
    at = end;
    if (slice.isOver) await slice.next();
  }
  if (lines.length > 0 || file.at(-1) !== 10) throw new Error('the file is torn');
}

async function segmentOf(
  [first = '', ...rest]: readonly string[],
  slice: TimeSlice,
): Promise<Pick<Segment, 'header' | 'entries'>> {
  const entries: Entry[] = [];
  for (const text of rest) {
    // The hash says that it is what was written here.
    entries.push(JSON.parse(text) as Entry);
    if (slice.isOver) await slice.next();
  }
  return { header: header.parse(JSON.parse(first)), entries };
}
