import { JetStreamApiError } from '@nats-io/jetstream';
import type { LogConnection } from './connection.ts';
import { type FoundMessage, firstMessage, recordAt } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Messages that are erased at the same time. */
const AT_ONCE = 16;

/**
 * Removes the messages at places of a stream, and has the server overwrite what they were in its files. What is there no
 * more is no error. Throws as the server says it.
 */
export async function eraseAt(
  connection: LogConnection,
  stream: string,
  sequences: readonly number[],
): Promise<void> {
  const jsm = await connection.jsm();
  for (let at = 0; at < sequences.length; at += AT_ONCE) {
    await Promise.all(sequences.slice(at, at + AT_ONCE).map(eraseOne));
  }

  async function eraseOne(sequence: number): Promise<void> {
    try {
      // With `erase`, the client’s own word for `no_erase: false`: filled with random bytes.
      await jsm.streams.deleteMessage(stream, sequence, true);
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
      const left = await recordAt(connection.nc, stream, sequence, ACK_TIMEOUT_MS);
      if (left !== undefined) throw error;
    }
  }
}

/** The messages that a filter selects, in order, a request each: also of streams that let nobody consume them. */
export async function* standing(
  connection: LogConnection,
  stream: string,
  filter: string,
): AsyncGenerator<FoundMessage, void, undefined> {
  for (let from = 1; ; ) {
    const found = await firstMessage(connection.nc, stream, filter, ACK_TIMEOUT_MS, from);
    if (found === undefined) return;
    yield found;
    from = found.sequence + 1;
  }
}

/** Erases all messages that a filter selects, before a place where one is named; how many they were. */
export async function eraseSubject(
  connection: LogConnection,
  stream: string,
  filter: string,
  before = Number.POSITIVE_INFINITY,
): Promise<number> {
  const sequences: number[] = [];
  for await (const { sequence } of standing(connection, stream, filter)) {
    if (sequence >= before) break;
    sequences.push(sequence);
  }
  await eraseAt(connection, stream, sequences);
  return sequences.length;
}
