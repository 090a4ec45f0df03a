import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { appendError } from './append-result.ts';
import { nextInfo, putChunks, putInfo } from './archive-bucket.ts';
import { asText, packSegment, readSegment } from './archived-segment.ts';
import type { StoredRecord } from './last.ts';

/**
 * Stores a stretch of a log that is about to be: a file of the archive, read back before it becomes visible. The log is
 * that of a key which EVENTS does not have yet, so nobody reads it. Throws ORC_CONFLICT where somebody else writes
 * there, and as appending does.
 */
export async function storeSegment(
  nc: NatsConnection,
  records: readonly StoredRecord[],
  { log, from, to }: { log: string; from: number; to: number },
): Promise<void> {
  const { name, bytes, metadata } = await packSegment(records, { log, from, to });
  const own = `${log}-${from}-${nuid.next()}`;
  const chunks = await putChunks(nc, own, bytes);
  await readSegment(nc, { name, nuid: own, chunks, ...metadata });
  const description = `EVENTS from ${from} to ${to}`;
  const info = {
    name,
    description,
    nuid: own,
    size: bytes.length,
    chunks,
    metadata: asText(metadata),
  };
  const result = await putInfo(nc, info, await lastPlace(nc));
  if (!result.ok) throw appendError(result);
}

/** By connection: what is once visible stays. */
const known = new WeakMap<NatsConnection, number>();

async function lastPlace(nc: NatsConnection): Promise<number> {
  let place = known.get(nc) ?? 0;
  for (;;) {
    const next = await nextInfo(nc, place + 1);
    if (next === undefined) break;
    place = next.place;
  }
  known.set(nc, place);
  return place;
}
