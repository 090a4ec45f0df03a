import type { NatsConnection } from '@nats-io/transport-node';
import { type AppendResult, resultOfException, resultOfReply } from './append-result.ts';
import {
  maxPayload,
  natsHeaders,
  type Outgoing,
  outgoingEvent,
  type PublishableEvent,
  sizeOf,
} from './outgoing.ts';

/** Milliseconds that the server gets to acknowledge. */
export const ACK_TIMEOUT_MS = 5_000;

/**
 * Appends one event and waits until it is stored. This is all that an agent's `answer` needs: it
 * imports neither zod nor the JetStream part of the client. Never throws.
 */
export function publishEvent(
  nc: NatsConnection,
  event: PublishableEvent,
  timeoutMs = ACK_TIMEOUT_MS,
): Promise<AppendResult> {
  return publishOne(nc, outgoingEvent(event), timeoutMs);
}

/** One message into whatever stream takes its subject. */
export async function publishOne(
  nc: NatsConnection,
  message: Outgoing,
  timeoutMs: number,
): Promise<AppendResult> {
  const [size, limit] = [sizeOf(message), maxPayload(nc)];
  if (size > limit) return { ok: false, error: 'too-large', size, limit };
  try {
    const options = { headers: natsHeaders(message), timeout: timeoutMs };
    const reply = await nc.request(message.subject, message.payload, options);
    return resultOfReply(reply.data, size, limit);
  } catch (error) {
    return resultOfException(error, size, limit);
  }
}
