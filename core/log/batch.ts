import { type NatsConnection, nuid } from '@nats-io/transport-node';
import type { AppendResult } from './append-result.ts';
import { headerBlock } from './header-lines.ts';
import { maxPayload, type Outgoing, sizeOf } from './outgoing.ts';
import { publishOne, writtenHeaders } from './publish-event.ts';

const COMMIT = 'Nats-Batch-Commit: 1\r\n';

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
  const place = `Nats-Batch-Id: ${nuid.next()}\r\nNats-Batch-Sequence: `;
  const last = messages.at(-1);
  if (last === undefined) return { ok: true, sequence: 0, duplicate: false };
  const commit = { ...last, headers: `${last.headers}${place}${messages.length}\r\n${COMMIT}` };
  const before = messages.slice(0, -1).map(({ subject, headers, payload }, index) => {
    const block = headerBlock(`${headers}${place}${index + 1}\r\n`);
    return { subject, payload, block, size: block.length + payload.length };
  });
  // Looked at before the first is sent: the server would keep a batch that is never committed.
  const limit = maxPayload(nc);
  const tooLarge = [...before.map(({ size }) => size), sizeOf(commit)].find((size) => size > limit);
  if (tooLarge !== undefined) return { ok: false, error: 'too-large', size: tooLarge, limit };
  try {
    for (const { subject, payload, block } of before) {
      nc.publish(subject, payload, { headers: writtenHeaders(block) });
    }
  } catch (error) {
    return { ok: false, error: 'not-reachable', reason: String(error) };
  }
  return publishOne(nc, commit, timeoutMs);
}
