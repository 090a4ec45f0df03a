import { OrchestratorError } from '../../schemas/errors.ts';
import type { LogConnection } from '../log/connection.ts';
import type { StoredRecord } from '../log/last.ts';
import { read } from '../log/read.ts';

/** What stands in EVENTS at the places from one to another, byte for byte, in order. Throws as reading does. */
export async function recordsOf(
  connection: LogConnection,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  const range = { stream: 'EVENTS', from: { sequence: from }, until: to, signal } as const;
  for await (const message of read(connection, range)) {
    const record = message.record?.();
    if (record === undefined) throw new OrchestratorError('ORC_INTERNAL', 'no bytes of a message');
    records.push(record);
  }
  return records;
}
