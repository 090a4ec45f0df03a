import type { StoredMessage } from '../../../core/log/stored-message.ts';

/** Redis does one script at a time, and answers nobody else meanwhile: a few milliseconds each. */
const BATCH_MESSAGES = 500;
const BATCH_BYTES = 1024 * 1024;

/** Messages in groups that one script writes. */
export function* batches(messages: readonly StoredMessage[]): Generator<StoredMessage[]> {
  let batch: StoredMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const full = batch.length === BATCH_MESSAGES || bytes + message.payload.length > BATCH_BYTES;
    if (full && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(message);
    bytes += message.payload.length;
  }
  if (batch.length > 0) yield batch;
}
