import type { NatsConnection } from '@nats-io/transport-node';
import type { RawMessage } from '../../schemas/parse-event.ts';
import type { StreamName } from '../../schemas/subjects.ts';
import type { AppendResult } from './append-result.ts';
import { EVENT_ATTRIBUTES } from './event-attributes.ts';
import { headerLines } from './header-lines.ts';
import { maxPayload, type Outgoing, sizeOf, withExpectation } from './outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from './publish-event.ts';

/**
 * Puts a message that no reader understands on EVENTS_DLQ, with the reason. Its subject is
 * `dlq.<stream>.<sequence>` and must be new: a replay comes by years later and stores it once. One
 * that leaves no room for the reason is cut: the whole of it stands where it came from.
 */
export async function deadLetter(
  nc: NatsConnection,
  stream: StreamName,
  message: RawMessage,
  reason: string,
  timeoutMs = ACK_TIMEOUT_MS,
): Promise<AppendResult> {
  const subject = `dlq.${stream.toLowerCase()}.${message.sequence}`;
  const letter: Outgoing = {
    subject,
    headers: headerLines([
      ...keptHeaders(message),
      ['orc-reason', oneLine(reason)],
      ['orc-subject', message.subject],
      ['orc-sequence', String(message.sequence)],
    ]),
    payload: message.payload,
  };
  const first = withExpectation(letter, { filter: subject, sequence: 0 });
  const over = Math.max(0, sizeOf(first) - maxPayload(nc));
  const payload = first.payload.subarray(0, Math.max(0, first.payload.length - over));
  const result = await publishOne(nc, { ...first, payload }, timeoutMs);
  const known = !result.ok && result.error === 'conflict';
  return known ? { ok: true, sequence: 0, duplicate: true } : result;
}

const keptHeaders = (message: RawMessage): [string, string][] =>
  EVENT_ATTRIBUTES.flatMap((name): [string, string][] => {
    const value = message.header(name);
    return value === undefined ? [] : [[name, oneLine(value)]];
  });

/** A header value ends at a line break. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ').slice(0, 1_000);
