import { type NatsConnection, nuid } from '@nats-io/transport-node';
import type { AppendResult } from './append-result.ts';
import { maxPayload, natsHeaders, type Outgoing, sizeOf } from './outgoing.ts';
import { publishOne } from './publish-event.ts';

/**
 * Several messages of one stream, stored all or none (NATS ADR-50), 1,000 at most (the server's
 * `max_batch_size`). Sent by hand: the client's own batch waits for a reply to the first message
 * and hides why the commit was refused. Never throws.
 */
export async function publishBatch(
  nc: NatsConnection,
  messages: readonly Outgoing[],
  timeoutMs: number,
): Promise<AppendResult> {
  const batch = numbered(messages);
  const last = batch.at(-1);
  if (last === undefined) return { ok: true, sequence: 0, duplicate: false };
  // Looked at before the first is sent: the server would keep a batch that is never committed.
  const limit = maxPayload(nc);
  const tooLarge = batch.map(sizeOf).find((size) => size > limit);
  if (tooLarge !== undefined) return { ok: false, error: 'too-large', size: tooLarge, limit };
  try {
    for (const message of batch.slice(0, -1)) {
      nc.publish(message.subject, message.payload, { headers: natsHeaders(message) });
    }
  } catch (error) {
    return { ok: false, error: 'not-reachable', reason: String(error) };
  }
  return publishOne(nc, last, timeoutMs);
}

function numbered(messages: readonly Outgoing[]): Outgoing[] {
  const id = nuid.next();
  return messages.map((message, index) => {
    const position: [string, string][] = [
      ['Nats-Batch-Id', id],
      ['Nats-Batch-Sequence', String(index + 1)],
    ];
    if (index === messages.length - 1) position.push(['Nats-Batch-Commit', '1']);
    return { ...message, headers: [...message.headers, ...position] };
  });
}
