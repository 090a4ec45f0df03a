import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isArchived } from './archive-reader.ts';
import { lastStated } from './archived-event.ts';
import type { Start } from './pull-session.ts';

/**
 * Throws ORC_ARCHIVE where EVENTS begins behind the place that is wanted, what is missing was
 * archived, and the archive does not have it: who read on would take a part for the whole.
 */
export async function assertArchived(
  nc: NatsConnection,
  start: Start,
  firstSequence: number,
): Promise<void> {
  if (!('sequence' in start) || firstSequence <= Math.max(1, start.sequence)) return;
  const { to } = await lastStated(nc);
  if (to < start.sequence || (await isArchived(nc, start))) return;
  throw new OrchestratorError('ORC_ARCHIVE', `The events from ${start.sequence} to ${to}`);
}
