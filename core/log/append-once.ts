import { createHash } from 'node:crypto';
import { type AppendOptions, append } from './append.ts';
import { type AppendFailure, type AppendResult, failureOfRead } from './append-result.ts';
import type { LogConnection } from './connection.ts';
import { lastMessage } from './last.ts';
import type { PublishableEvent } from './outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from './publish-event.ts';
import { read } from './read.ts';

/** Clocks of a cluster's servers may differ: a claim may look younger than what followed it. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Appends an event unless one with its id stands on its subject already, however long ago (as long
 * as stream IDS keeps claims, 30 days), and whoever died in between.
 *
 * Why it is exact: nobody appends before the id is claimed (IDS takes one message a subject), so
 * the event, if stored, is younger than the claim. What is on the subject since then is searched up
 * to its last sequence, and the append is refused by the server unless that is still the last
 * (expected sequence). So between the search and the append nothing can slip in, not even a second
 * caller's event or one that lingered in a buffer, whatever time passes; a conflict searches again.
 * The claim decides nothing by itself: it only bounds the search, so a claimer may die at any point.
 * Never throws.
 */
export async function appendOnce(
  connection: LogConnection,
  event: PublishableEvent,
  options: Pick<AppendOptions, 'timeoutMs'> = {},
): Promise<AppendResult> {
  try {
    return await claimAndAppend(connection, event, options.timeoutMs ?? ACK_TIMEOUT_MS);
  } catch (error) {
    return failureOfRead(error);
  }
}

async function claimAndAppend(
  connection: LogConnection,
  event: PublishableEvent,
  timeoutMs: number,
): Promise<AppendResult> {
  const claim = await claimedAt(connection, event.id, timeoutMs);
  if ('error' in claim) return claim;
  const since = new Date(claim.time.getTime() - CLOCK_SKEW_MS);
  for (;;) {
    const last = await lastMessage(connection.nc, 'EVENTS', event.subject, timeoutMs);
    const search = last !== undefined && last.time >= since;
    const found = search ? await find(connection, event, since, last.sequence) : undefined;
    if (found !== undefined) return { ok: true, sequence: found, duplicate: true };
    const expect = { filter: event.subject, sequence: last?.sequence ?? 0 };
    const result = await append(connection.nc, event, { expect, timeoutMs });
    if (result.ok || result.error !== 'conflict') return result;
  }
}

/** When the id was claimed, by us now or by somebody before. */
async function claimedAt(
  connection: LogConnection,
  id: string,
  timeoutMs: number,
): Promise<{ time: Date } | AppendFailure> {
  const subject = claimSubject(id);
  const headers: [string, string][] = [
    ['Nats-Expected-Last-Subject-Sequence', '0'],
    ['Nats-Expected-Last-Subject-Sequence-Subject', subject],
  ];
  const claim = { subject, headers, payload: new TextEncoder().encode(id) };
  for (;;) {
    const claimed = await publishOne(connection.nc, claim, timeoutMs);
    if (!claimed.ok && claimed.error !== 'conflict') return claimed;
    const stored = await lastMessage(connection.nc, 'IDS', subject, timeoutMs);
    // Absent only where a claim expired between the two requests.
    if (stored !== undefined) return stored;
  }
}

/** Where an id is claimed: a token of fixed form, since an id may hold what a subject may not. */
export const claimSubject = (id: string): string =>
  `ids.${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;

async function find(
  connection: LogConnection,
  { id, subject }: PublishableEvent,
  since: Date,
  until: number,
): Promise<number | undefined> {
  const messages = read(connection, {
    stream: 'EVENTS',
    from: { time: since },
    filter: subject,
    until,
  });
  for await (const message of messages) {
    if (message.header('ce-id') === id) return message.sequence;
  }
  return undefined;
}
