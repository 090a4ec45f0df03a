import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';
import { getChunks, type ObjectInfo } from './archive-bucket.ts';
import type { StoredRecord } from './last.ts';
import { NameFilter } from './name-filter.ts';
import { segmentRecords, segmentText } from './segment-text.ts';
import { isSelected, ownerOf } from './subject-filter.ts';

const metadata = z.object({
  /** Of which log it is, see `logIdentity`. */
  log: z.string(),
  from: z.coerce.number().int().positive(),
  to: z.coerce.number().int().positive(),
  events: z.coerce.number().int().nonnegative(),
  /** Of the file, hexadecimal. */
  sha256: z.string(),
  /** When the broker stored the first and the last of its events, RFC 3339. */
  firstTime: z.coerce.date(),
  lastTime: z.coerce.date(),
  /** Whose events it has: a {@link NameFilter} of their owners. */
  owners: z.string().transform(NameFilter.parse),
});

/** A file of the archive: a stretch of EVENTS, whole. */
export interface ArchivedSegment extends z.infer<typeof metadata> {
  name: string;
  nuid: string;
  chunks: number;
  bytes: number;
}

/** What an object says of itself; undefined where it is none of the archive. */
export function segmentOf({ name, nuid, chunks, size, ...info }: ObjectInfo) {
  const parsed = info.deleted ? undefined : metadata.safeParse(info.metadata);
  const segment: ArchivedSegment | undefined = parsed?.success
    ? { name, nuid, chunks, bytes: size, ...parsed.data }
    : undefined;
  return segment;
}

/** A segment that is about to be stored. */
export interface PackedSegment {
  name: string;
  bytes: Buffer;
  /** As {@link ArchivedSegment} has it, to be written as text. */
  metadata: Record<'log' | 'sha256' | 'firstTime' | 'lastTime' | 'owners', string> &
    Record<'from' | 'to' | 'events', number>;
}

/** What an object says of itself is text. */
export const asText = (metadata: PackedSegment['metadata']): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));

/** Digits of a sequence in a name: so many that names sort as sequences do. */
const DIGITS = 12;

const zipped = promisify(gzip);
const unzipped = promisify(gunzip);

/** A stretch of the log that is known by its key. */
export interface SegmentRange {
  log: string;
  from: number;
  to: number;
  /** When the first and the last were stored, where not all messages of the stretch are there any more. */
  firstTime?: string;
  lastTime?: string;
}

/** The file of a stretch of a log: all that is to be read between `from` and `to`. */
export async function packSegment(
  records: readonly StoredRecord[],
  { log, from, to, ...times }: SegmentRange,
): Promise<PackedSegment> {
  const bytes = await zipped(segmentText(records));
  const [first, last] = [records[0], records.at(-1)];
  const owners = records.flatMap(({ subject }) => ownerOf(subject) ?? []);
  const [begin, end] = [from, to].map((sequence) => String(sequence).padStart(DIGITS, '0'));
  return {
    name: `${log}/${begin}-${end}.jsonl.gz`,
    bytes,
    metadata: {
      log,
      from,
      to,
      events: records.length,
      sha256: sha256(bytes),
      firstTime: times.firstTime ?? first?.time ?? '',
      lastTime: times.lastTime ?? last?.time ?? '',
      owners: NameFilter.of(owners).toString(),
    },
  };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * The messages of a segment, in order. Throws ORC_ARCHIVE where the file is not what was stored, and
 * as reading does.
 */
export async function readSegment(
  nc: NatsConnection,
  segment: Pick<ArchivedSegment, 'name' | 'nuid' | 'chunks' | 'sha256' | 'events'>,
): Promise<StoredRecord[]> {
  const bytes = await getChunks(nc, segment);
  if (sha256(bytes) !== segment.sha256) {
    throw new OrchestratorError('ORC_ARCHIVE', `${segment.name}: its hash is another`);
  }
  const records = segmentRecords((await unzipped(bytes)).toString());
  if (records.length === segment.events) return records;
  throw new OrchestratorError('ORC_ARCHIVE', `${segment.name} has ${records.length} events`);
}

/** Whether a segment can have messages that one of the filters selects; of all subjects without one. */
export const mayHave = (
  { owners }: Pick<ArchivedSegment, 'owners'>,
  filter: string | readonly string[] | undefined,
): boolean =>
  filter === undefined ||
  [filter].flat().some((one) => {
    const owner = ownerOf(one);
    return owner === undefined || owners.mayHave(owner);
  });

/** Whether one of the filters selects a subject. */
export const selects = (filter: string | readonly string[] | undefined, subject: string): boolean =>
  filter === undefined || [filter].flat().some((one) => isSelected(one, subject));
