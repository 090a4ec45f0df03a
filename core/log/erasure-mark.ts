import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** The entry of the metadata of EVENTS that is another one after each erasure: see `StreamIdentity`. */
export const ERASED_ENTRY = 'orchestrator.erased';

/** Where in SEALS an erasure stands while it is under way. */
export const ERASING = 'seals.erasing';

/** Throws ORC_ERASING while an erasure is under way: half of a life is nothing that a service may act on. */
export async function requireNoErasure(nc: NatsConnection): Promise<void> {
  const found = await lastMessage(nc, 'SEALS', ERASING, ACK_TIMEOUT_MS).catch(noStream);
  if (found !== undefined) throw new OrchestratorError('ORC_ERASING');
}

/** Of a server that has no streams yet, or those of an older version. */
function noStream(error: unknown): undefined {
  if (error instanceof OrchestratorError && error.code === 'ORC_NO_STREAM') return undefined;
  throw error;
}
