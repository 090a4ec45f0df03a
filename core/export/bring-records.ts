import type { NatsConnection } from '@nats-io/transport-node';
import { appendError } from '../log/append-result.ts';
import { publishBatch } from '../log/batch.ts';
import { batches } from '../log/batches.ts';
import type { StoredRecord } from '../log/last.ts';
import type { Outgoing } from '../log/outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from '../log/publish-event.ts';

const BEGIN = 'NATS/1.0\r\n';

/**
 * Stores what stood in LOGS or FILES there again, in its order and with its attributes; when it was stored is now.
 * Throws what appending says.
 */
export async function bringRecords(
  nc: NatsConnection,
  records: readonly StoredRecord[],
  kind: string,
): Promise<void> {
  // Only LOGS takes batches.
  if (kind !== 'logs') {
    for (const record of records) {
      const result = await publishOne(nc, outgoing(record), ACK_TIMEOUT_MS);
      if (!result.ok) throw appendError(result);
    }
    return;
  }
  for (const batch of batches(records.map(outgoing))) {
    const result = await publishBatch(nc, batch, ACK_TIMEOUT_MS);
    if (!result.ok) throw appendError(result);
  }
}

/** Without what a server does by its headers. */
const outgoing = ({ subject, headers, payload }: StoredRecord): Outgoing => ({
  subject,
  headers: headers
    .toString()
    .slice(BEGIN.length)
    .split('\r\n')
    .filter((line) => line !== '' && !/^nats-/i.test(line))
    .map((line) => `${line}\r\n`)
    .join(''),
  payload,
});
