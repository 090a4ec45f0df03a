import { headers, type NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { EVENT_ATTRIBUTES } from '../log/event-attributes.ts';
import type { StoredMessage } from '../log/stored-message.ts';

/**
 * Throws ORC_BAD_INPUT where the other server has the streams of a system: what is published there would be
 * taken for something that happens.
 */
export async function requireNoSystem(nc: NatsConnection, url: string): Promise<void> {
  const reply = await nc.request('$JS.API.STREAM.INFO.EVENTS', '').catch(() => undefined);
  // No JetStream, or an error: nothing there keeps events of ours.
  const isThere = reply !== undefined && !('error' in reply.json<object>());
  if (!isThere) return;
  throw new OrchestratorError('ORC_BAD_INPUT', `${url} has a system of its own`, {
    cure: 'Name a NATS on which nothing acts, such as one that `nats-server` starts without a configuration.',
  });
}

/** The same subject, attributes and data, without what a stream does by its headers. */
export function publishElsewhere(nc: NatsConnection, message: StoredMessage): void {
  const copied = headers();
  for (const name of [...EVENT_ATTRIBUTES, 'content-type']) {
    const value = message.header(name);
    if (value !== undefined) copied.set(name, value);
  }
  copied.set('orchestrator-replayed', String(message.sequence));
  // One that an agent has made up may be none that can be published.
  if (parseSubject(message.subject) === undefined) return;
  nc.publish(message.subject, message.payload, { headers: copied });
}
