import type { LogConnection } from './connection.ts';
import { recordAt, type StoredRecord } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Messages that are asked for at the same time. */
const AT_ONCE = 16;

/** A stretch of EVENTS that is to be archived. */
export interface Stretch {
  from: number;
  to: number;
  /** All that EVENTS has between the two; fewer where some were removed by hand. */
  records: StoredRecord[];
  /** It fills a file; more may come behind it. */
  isFull: boolean;
}

/**
 * The next stretch of EVENTS from a place on: what was stored before an instant, about so many bytes
 * of it, and nothing that a consumer of EVENTS has not had yet. Undefined where there is none.
 */
export async function nextStretch(
  connection: LogConnection,
  { from, before, bytes }: { from: number; before: Date; bytes: number },
): Promise<Stretch | undefined> {
  const through = await hadByAll(connection);
  const stretch: Stretch = { from, to: from - 1, records: [], isFull: false };
  let size = 0;
  for (let at = from; at <= through && !stretch.isFull; ) {
    const sequences = Array.from(
      { length: Math.min(AT_ONCE, through - at + 1) },
      (_, index) => at + index,
    );
    const found = await Promise.all(
      sequences.map((sequence) => recordAt(connection.nc, 'EVENTS', sequence, ACK_TIMEOUT_MS)),
    );
    for (const record of found) {
      if (stretch.isFull) break;
      if (record && new Date(record.time) >= before) return withAny(stretch);
      stretch.to = at;
      at += 1;
      if (record === undefined) continue;
      stretch.records.push(record);
      size += record.subject.length + record.headers.length + record.payload.length;
      stretch.isFull = size >= bytes;
    }
  }
  return withAny(stretch);
}

const withAny = (stretch: Stretch): Stretch | undefined =>
  stretch.records.length === 0 ? undefined : stretch;

/** Up to where each consumer of EVENTS has had (and acknowledged, where it does) what is for it. */
async function hadByAll(connection: LogConnection): Promise<number> {
  const jsm = await connection.jsm();
  let through = (await jsm.streams.info('EVENTS')).state.last_seq;
  for await (const { num_pending, num_ack_pending, ack_floor } of jsm.consumers.list('EVENTS')) {
    const isDone = num_pending === 0 && num_ack_pending === 0;
    if (!isDone) through = Math.min(through, ack_floor.stream_seq);
  }
  return through;
}
