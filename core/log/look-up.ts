import type { NatsConnection } from '@nats-io/transport-node';
import { archivedAt, firstArchived, lastArchived } from './archive-reader.ts';
import { type FoundMessage, firstMessage, lastMessage, messageAt } from './last.ts';

/**
 * The last message of a stream that a filter selects; of EVENTS also where it was archived since. The
 * stream is asked first: what it has not any more is in the archive by then. Throws as
 * {@link lastMessage} does, and ORC_ARCHIVE.
 */
export async function lastStored(
  nc: NatsConnection,
  stream: string,
  filter: string,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  const found = await lastMessage(nc, stream, filter, timeoutMs);
  return found ?? (stream === 'EVENTS' ? lastArchived(nc, filter) : undefined);
}

/** The first message that a filter selects. Throws as above. */
export async function firstStored(
  nc: NatsConnection,
  stream: string,
  filter: string,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  const found = await firstMessage(nc, stream, filter, timeoutMs);
  // One that is archived comes before all that the stream has.
  const archived = stream === 'EVENTS' ? await firstArchived(nc, filter) : undefined;
  return archived ?? found;
}

/** The message at a place of a stream, undefined where none is. Throws as above. */
export async function storedAt(
  nc: NatsConnection,
  stream: string,
  sequence: number,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  const found = await messageAt(nc, stream, sequence, timeoutMs);
  return found ?? (stream === 'EVENTS' ? archivedAt(nc, sequence) : undefined);
}
