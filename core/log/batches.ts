import { type Outgoing, sizeOf } from './outgoing.ts';

const BATCH_LINES = 1_000;
const BATCH_BYTES = 1024 * 1024;

/** Messages of LOGS in batches of at most 1,000 (the server takes no more) or 1 MB, in their order. Pure. */
export function* batches(messages: readonly Outgoing[]): Generator<Outgoing[]> {
  let batch: Outgoing[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (batch.length === BATCH_LINES || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
