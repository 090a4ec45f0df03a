import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendResult } from './append-result.ts';
import { lastArchived } from './archive-reader.ts';
import { lastMessage } from './last.ts';
import type { Expectation } from './outgoing.ts';

/**
 * What the server, which knows of no archive, is to expect instead: of subjects whose last event is
 * archived it has none, and takes 0 alone. Undefined where the expectation does not hold.
 *
 * Nothing slips in between: what was stored after the look is far too young to be archived before the
 * append (docs/decisions/0121-the-archive-of-the-log.md).
 */
export async function withoutArchive(
  nc: NatsConnection,
  { filter, sequence }: Expectation,
  timeoutMs: number,
): Promise<Expectation | undefined> {
  if ((await lastMessage(nc, 'EVENTS', filter, timeoutMs)) !== undefined) return undefined;
  const archived = (await lastArchived(nc, filter))?.sequence ?? 0;
  return archived === sequence ? { filter, sequence: 0 } : undefined;
}

/** That there is none yet, where the archive has one: the conflict that the server cannot see. */
export async function archivedBefore(
  nc: NatsConnection,
  { filter, sequence }: Expectation,
): Promise<AppendResult | undefined> {
  const archived = sequence === 0 ? await lastArchived(nc, filter) : undefined;
  if (archived === undefined) return undefined;
  const reason = `the last sequence of ${filter} is ${archived.sequence}, which is archived`;
  return { ok: false, error: 'conflict', reason };
}
