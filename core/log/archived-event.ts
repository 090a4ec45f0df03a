import type { NatsConnection } from '@nats-io/transport-node';
import { logEvents } from '../../schemas/events/log.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Where it is stated what was archived. */
export const ARCHIVED = subjectOf({ family: 'stream', stream: 'EVENTS', name: 'archived' });

/**
 * The last that was stated of the archive: the sequence of that event, and of the last that was
 * archived; zeros for none. It is never in the archive itself: it comes behind what it tells of.
 */
export async function lastStated(nc: NatsConnection): Promise<{ sequence: number; to: number }> {
  const found = await lastMessage(nc, 'EVENTS', ARCHIVED, ACK_TIMEOUT_MS);
  if (found === undefined) return { sequence: 0, to: 0 };
  const data: unknown = JSON.parse(Buffer.from(found.payload).toString());
  return { sequence: found.sequence, to: logEvents['log.archived'].parse(data).to };
}
