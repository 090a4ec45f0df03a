import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { type StreamName, streamOf } from '../../schemas/subjects.ts';
import { type AppendOptions, append } from './append.ts';
import { type AppendFailure, type AppendResult, failureOfRead } from './append-result.ts';
import type { LogConnection } from './connection.ts';
import { untilHeard } from './heard.ts';
import { lastMessage } from './last.ts';
import { lastStored } from './look-up.ts';
import { type PublishableEvent, withExpectation } from './outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from './publish-event.ts';
import { read } from './read.ts';

export interface AppendOnceOptions extends Pick<AppendOptions, 'timeoutMs'> {
  /**
   * A filter of further subjects on which the same cause may have been stored by an earlier caller
   * that has ended since: looked through where the id was claimed before.
   */
  alsoOn?: string | undefined;
}

/**
 * Appends an event unless one with its id stands on its subject already, however long ago (as long
 * as stream IDS keeps claims, 30 days), and whoever died in between. Never throws.
 *
 * Why it is exact: nobody appends before the id is claimed (IDS takes one message a subject), and
 * the claim says what was last on the event's subject before it was made. So the event, if stored,
 * comes after that. The subject is searched from there to its last sequence, and the append is
 * refused by the server unless that is still the last (expected sequence). Nothing can slip in
 * between search and append, not even a second caller's event or one that lingered in a buffer,
 * whatever time passes; a conflict searches again. The claim decides nothing by itself, it only
 * bounds the search: a claimer may die at any point. No clock takes part.
 */
export async function appendOnce(
  connection: LogConnection,
  event: PublishableEvent,
  options: AppendOnceOptions = {},
): Promise<AppendResult> {
  try {
    return await claimAndAppend(connection, event, options);
  } catch (error) {
    return failureOfRead(error);
  }
}

async function claimAndAppend(
  connection: LogConnection,
  event: PublishableEvent,
  { timeoutMs = ACK_TIMEOUT_MS, alsoOn }: AppendOnceOptions,
): Promise<AppendResult> {
  const { nc } = connection;
  let last = await lastOf(nc, event.subject, timeoutMs);
  const claimed = await claim(connection, event.id, last.inEvents, timeoutMs);
  if ('error' in claimed) return claimed;
  if (!claimed.fresh && alsoOn !== undefined) {
    const elsewhere = { id: event.id, subject: alsoOn };
    const found = await find(connection, elsewhere, claimed.after + 1, Number.POSITIVE_INFINITY);
    if (found !== undefined) return { ok: true, sequence: found, duplicate: true };
  }
  if (claimed.after !== last.inEvents) last = await lastOf(nc, event.subject, timeoutMs);
  for (;;) {
    const found = await find(connection, event, claimed.after + 1, last.inEvents);
    if (found !== undefined) return { ok: true, sequence: found, duplicate: true };
    const expect = { filter: event.subject, sequence: last.expected };
    const result = await append(nc, event, { expect, timeoutMs });
    if (result.ok || result.error !== 'conflict') return result;
    last = await lastOf(nc, event.subject, timeoutMs);
  }
}

interface Last {
  /** Up to which place of EVENTS the subject is to be searched. */
  inEvents: number;
  /** What the stream that takes the event must have as its last of the subject. */
  expected: number;
}

/**
 * An agent's word goes into SAID, which forgets it after a day, and stands in EVENTS from then on:
 * what SAID has is waited for there, so that a search of EVENTS sees all that the expectation covers.
 */
async function lastOf(nc: NatsConnection, subject: string, timeoutMs: number): Promise<Last> {
  const lastIn = async (stream: StreamName) =>
    (await lastStored(nc, stream, subject, timeoutMs))?.sequence ?? 0;
  if (streamOf(subject) === 'EVENTS') {
    const sequence = await lastIn('EVENTS');
    return { inEvents: sequence, expected: sequence };
  }
  const expected = await lastIn('SAID');
  await untilHeard(nc, subject);
  return { inEvents: await lastIn('EVENTS'), expected };
}

/** Claims the id, or finds it claimed: after which sequence the event can stand. */
async function claim(
  connection: LogConnection,
  id: string,
  after: number,
  timeoutMs: number,
): Promise<{ after: number; fresh: boolean } | AppendFailure> {
  const subject = claimSubject(id);
  const payload = new TextEncoder().encode(JSON.stringify({ id, after }));
  const message = withExpectation(
    { subject, headers: '', payload },
    { filter: subject, sequence: 0 },
  );
  for (;;) {
    const made = await publishOne(connection.nc, message, timeoutMs);
    if (made.ok) return { after, fresh: true };
    if (made.error !== 'conflict') return made;
    const stored = await lastMessage(connection.nc, 'IDS', subject, timeoutMs);
    // Absent only where the claim expired between the two requests.
    if (stored !== undefined) return { after: claimedAfter(stored.payload), fresh: false };
  }
}

/** From the first sequence, if the claim does not say: slower, and as right. */
function claimedAfter(payload: Uint8Array): number {
  try {
    const claimed: unknown = JSON.parse(new TextDecoder().decode(payload));
    const after = claimed !== null && typeof claimed === 'object' && 'after' in claimed;
    return after && typeof claimed.after === 'number' ? claimed.after : 0;
  } catch {
    return 0;
  }
}

/** Where an id is claimed: a token of fixed form, since an id may hold what a subject may not. */
export const claimSubject = (id: string): string =>
  `ids.${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;

async function find(
  connection: LogConnection,
  { id, subject }: Pick<PublishableEvent, 'id' | 'subject'>,
  first: number,
  last: number,
): Promise<number | undefined> {
  if (first > last) return undefined;
  const range = { from: { sequence: first }, until: last };
  for await (const message of read(connection, { stream: 'EVENTS', filter: subject, ...range })) {
    if (message.header('ce-id') === id) return message.sequence;
  }
  return undefined;
}
