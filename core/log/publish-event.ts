import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { type AppendResult, resultOfException, resultOfReply } from './append-result.ts';
import { headerBlock } from './header-lines.ts';
import { maxPayload, type Outgoing, outgoingEvent, type PublishableEvent } from './outgoing.ts';

/** Milliseconds that the server gets to acknowledge. */
export const ACK_TIMEOUT_MS = 5_000;

/**
 * Appends one event and waits until it is stored. This is all that an agent's `answer` needs: it
 * imports neither zod nor the JetStream part of the client. Never rejects, but for attributes with a
 * line break, which are a bug.
 */
export async function publishEvent(
  nc: NatsConnection,
  event: PublishableEvent,
  timeoutMs = ACK_TIMEOUT_MS,
): Promise<AppendResult> {
  return publishOne(nc, outgoingEvent(event), timeoutMs);
}

/** One message into whatever stream takes its subject. Never throws. */
export async function publishOne(
  nc: NatsConnection,
  { subject, headers, payload }: Outgoing,
  timeoutMs: number,
): Promise<AppendResult> {
  const block = headerBlock(headers);
  const [size, limit] = [block.length + payload.length, maxPayload(nc)];
  if (size > limit) return { ok: false, error: 'too-large', size, limit };
  try {
    const options = { headers: writtenHeaders(block), timeout: timeoutMs };
    const reply = await nc.request(subject, payload, options);
    return resultOfReply(reply.data, size, limit);
  } catch (error) {
    return resultOfException(error, size, limit, nc.info?.cluster !== undefined);
  }
}

/** Headers that are written already, for the client: to publish, it asks of headers their bytes alone. */
export function writtenHeaders(block: Uint8Array): MsgHdrs {
  const written: Pick<MsgHdrs & { encode(): Uint8Array }, 'encode'> = { encode: () => block };
  // `encode` is all that `ProtocolHandler.publish` calls; tests/core/log/headers.test.ts holds it to that.
  return written as unknown as MsgHdrs;
}
