import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { putChunks } from './archive-bucket.ts';
import { asText, packSegment, type SegmentRange } from './archived-segment.ts';
import type { StoredRecord } from './last.ts';

/**
 * Writes the file of a stretch, which nobody sees before its `info` stands in the bucket; `written` is what it is to be
 * when it is read back. Throws as appending does.
 */
export async function writeSegment(
  nc: NatsConnection,
  records: readonly StoredRecord[],
  range: SegmentRange,
) {
  const { log, from, to } = range;
  const { name, bytes, metadata } = await packSegment(records, range);
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
