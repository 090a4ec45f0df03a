import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { putChunks } from './archive-bucket.ts';
import { asText, packSegment } from './archived-segment.ts';
import type { StoredRecord } from './last.ts';

/** A stretch of the log that is known by its key. */
export interface SegmentRange {
  log: string;
  from: number;
  to: number;
}

/**
 * Writes the file of a stretch, which nobody sees before its `info` stands in the bucket; `written` is what it is to be
 * when it is read back. Throws as appending does.
 */
export async function writeSegment(
  nc: NatsConnection,
  records: readonly StoredRecord[],
  { log, from, to }: SegmentRange,
) {
  const { name, bytes, metadata } = await packSegment(records, { log, from, to });
  const own = `${log}-${from}-${nuid.next()}`;
  const chunks = await putChunks(nc, own, bytes);
  const info = {
    name,
    description: `EVENTS from ${from} to ${to}`,
    nuid: own,
    size: bytes.length,
    chunks,
    metadata: asText(metadata),
  };
  return { written: { name, nuid: own, chunks, ...metadata }, info };
}
