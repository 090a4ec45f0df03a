import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { type AppendFailure, appendError } from '../../core/log/append-result.ts';
import type { PublishableEvent } from '../../core/log/outgoing.ts';
import { publishEvent } from '../../core/log/publish-event.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Deadline } from './deadline.ts';

const RETRY_MS = 200;
const ACK_TIMEOUT_MS = 4_000;

/**
 * Publishes until JetStream says that it is stored, and returns its sequence. One id through all
 * tries: stored once. Throws the error of a refusal at once, ORC_NOT_REACHABLE when the deadline
 * ends the patience.
 */
export async function publishStored(
  nc: NatsConnection,
  event: PublishableEvent,
  deadline: Deadline,
): Promise<number> {
  for (;;) {
    const result = await publishEvent(nc, event, Math.min(ACK_TIMEOUT_MS, deadline.leftMs));
    if (result.ok) return result.sequence;
    if (result.error !== 'not-reachable' || deadline.signal.aborted || nc.isClosed()) {
      throw notStored(result);
    }
    await delay(RETRY_MS, undefined, { signal: deadline.signal }).catch(() => undefined);
  }
}

/** Whether the event was stored is open only where no acknowledgement came. */
function notStored(failure: AppendFailure): OrchestratorError {
  if (failure.error !== 'not-reachable') return appendError(failure);
  const what = `NATS did not acknowledge: ${failure.reason}`;
  return new OrchestratorError('ORC_NOT_REACHABLE', what, {
    cure: 'It may have been sent nevertheless: look before you send it again.',
  });
}
