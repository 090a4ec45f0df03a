import type { LogConnection } from '../../core/log/connection.ts';
import { type ArchiveOptions, archiveEvents } from '../../core/log/event-archiver.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredRecord } from '../../core/log/last.ts';
import { recordAt } from '../../core/log/last.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';

const HOUR_MS = 3_600_000;

/** Everything as of now, however young: only where nothing is said by agents and no timer fires, see `YOUNGEST_ARCHIVED_MS`. */
export const everything = (): ArchiveOptions => ({
  // What is stated meanwhile is not among it.
  before: new Date(Date.now() + 1),
  source: 'orchestrator/test',
  youngestMs: -HOUR_MS,
  graceMs: 0,
  segmentBytes: 20_000,
});

/** Archives all that stands in EVENTS as of the call; the files that it made. */
export const archiveAll = (connection: LogConnection, options: Partial<ArchiveOptions> = {}) =>
  archiveEvents(connection, { ...everything(), ...options });

/** All of a message that a reader can see, to be compared. */
export const seenOf = (message: StoredMessage) => ({
  sequence: message.sequence,
  subject: message.subject,
  time: message.time.toISOString(),
  size: message.size,
  id: message.header('ce-id'),
  headers: ['ce-id', 'ce-type', 'ce-source', 'ce-time', 'nats-msg-id', 'x-odd'].map((name) =>
    message.header(name),
  ),
  payload: Buffer.from(message.payload).toString('base64'),
});

/** What EVENTS itself has, byte for byte. */
export async function recordsOf({ connection }: EventLog, last: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let at = 1; at <= last; at += 1) {
    const record = await recordAt(connection.nc, 'EVENTS', at, 5_000);
    if (record !== undefined) records.push(record);
  }
  return records;
}
