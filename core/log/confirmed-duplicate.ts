import type { NatsConnection } from '@nats-io/transport-node';
import { streamOf } from '../../schemas/subjects.ts';
import { type AppendResult, failureOfRead } from './append-result.ts';
import { lastStored, storedAt } from './look-up.ts';
import type { Outgoing } from './outgoing.ts';
import type { StoredMessage } from './stored-message.ts';

/**
 * What a "duplicate" of the server is worth: stored before, where the message at that place is this
 * one (id, subject, type, data); `id-taken` where it is another. Never throws.
 */
export function confirmedDuplicate(
  nc: NatsConnection,
  message: Outgoing,
  sequence: number,
  timeoutMs: number,
): Promise<AppendResult> {
  const stream = streamOf(message.subject);
  return confirmed(message, () => storedAt(nc, stream, sequence, timeoutMs));
}

/**
 * The same for a batch, of which the server does not tell the place: a batch is stored whole or not
 * at all, so the last of its messages stands for it, as the last of its subject. Where others came
 * after it, it is not found: `id-taken`. Never throws.
 */
export function confirmedBatch(
  nc: NatsConnection,
  lastOfBatch: Outgoing,
  timeoutMs: number,
): Promise<AppendResult> {
  const { subject } = lastOfBatch;
  return confirmed(lastOfBatch, () => lastStored(nc, streamOf(subject), subject, timeoutMs));
}

async function confirmed(
  message: Outgoing,
  find: () => Promise<StoredMessage | undefined>,
): Promise<AppendResult> {
  try {
    const stored = await find();
    if (stored !== undefined && isSame(stored, message)) {
      return { ok: true, sequence: stored.sequence, duplicate: true };
    }
    const id = headerIn(message, 'ce-id');
    return { ok: false, error: 'id-taken', reason: `The id ${id} was stored with other content` };
  } catch (error) {
    return failureOfRead(error);
  }
}

/** The time is none of it: a repeat is made later. */
const IDENTITY = ['ce-id', 'ce-type'];

const isSame = (stored: StoredMessage, message: Outgoing): boolean =>
  stored.subject === message.subject &&
  IDENTITY.every((name) => stored.header(name) === headerIn(message, name)) &&
  Buffer.from(stored.payload).equals(message.payload);

/** The value of a header that was written, undefined where there is none. */
function headerIn({ headers }: Outgoing, name: string): string | undefined {
  const line = headers.split('\r\n').find((each) => each.startsWith(`${name}: `));
  return line?.slice(name.length + 2);
}
