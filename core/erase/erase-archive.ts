import { appendError } from '../log/append-result.ts';
import { putInfo } from '../log/archive-bucket.ts';
import { archiveCatalogue } from '../log/archive-catalogue.ts';
import { type ArchivedSegment, readSegment } from '../log/archived-segment.ts';
import type { LogConnection } from '../log/connection.ts';
import { eraseReplaced } from '../log/replaced-segments.ts';
import { writeSegment } from '../log/write-segment.ts';
import type { Places } from '../seal/places.ts';

/**
 * Writes the files of the archive anew that have something at these places, without it, and then overwrites what they were.
 * Under its name a file is what was written last, so there is always one. Safe to be repeated. Throws ORC_CONFLICT where
 * somebody else writes there, and as reading and appending do.
 */
export async function eraseArchived(connection: LogConnection, places: Places): Promise<void> {
  const { segments } = await archiveCatalogue(connection.nc);
  if (segments.length === 0) return;
  for (const segment of segments) {
    if (places.within(segment.from, segment.to).length > 0)
      await rewrite(connection, segment, places);
  }
  await eraseReplaced(connection);
}

async function rewrite(
  { nc }: LogConnection,
  { log, from, to, firstTime, lastTime, ...segment }: ArchivedSegment,
  places: Places,
): Promise<void> {
  const records = await readSegment(nc, segment);
  const left = records.filter(({ sequence }) => !places.has(sequence));
  if (left.length === records.length) return;
  const { place } = await archiveCatalogue(nc);
  const times = { firstTime: firstTime.toISOString(), lastTime: lastTime.toISOString() };
  const { written, info } = await writeSegment(nc, left, { log, from, to, ...times });
  await readSegment(nc, written);
  const result = await putInfo(nc, info, place);
  if (!result.ok) throw appendError(result);
}
