import type { NatsConnection } from '@nats-io/transport-node';
import { type AppendFailure, appendError } from '../../core/log/append-result.ts';
import type { PublishableEvent } from '../../core/log/outgoing.ts';
import { isUnreachable } from '../../core/log/passing-error.ts';
import { publishEvent } from '../../core/log/publish-event.ts';
import { retry } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Deadline } from './deadline.ts';

const TIMES = { firstMs: 200, longestMs: 1_000 };
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
  const publish = async () => {
    const result = await publishEvent(nc, event, Math.min(ACK_TIMEOUT_MS, deadline.leftMs));
    if (result.ok) return result.sequence;
    throw notStored(result);
  };
  return retry(publish, {
    isPassing: (error) => isPassingHere(error) && !nc.isClosed(),
    failing: () => toAnother(nc),
    patienceMs: deadline.leftMs,
    times: TIMES,
  });
}

/** A stream without a leader takes nothing, and a cluster has another one in a moment. */
const isPassingHere = (error: unknown): boolean =>
  isUnreachable(error) || (error instanceof OrchestratorError && error.code === 'ORC_NO_STREAM');

/** A server that is cut off from the others of its cluster goes on to take connections. */
function toAnother(nc: NatsConnection): void {
  if (nc.info?.cluster === undefined) return;
  // It fails where it is not connected, and then it dials already.
  nc.reconnect().catch(() => undefined);
}

/** Whether the event was stored is open only where no acknowledgement came. */
function notStored(failure: AppendFailure): OrchestratorError {
  if (failure.error !== 'not-reachable') return appendError(failure);
  const what = `NATS did not acknowledge: ${failure.reason}`;
  return new OrchestratorError('ORC_NOT_REACHABLE', what, {
    cure: 'It may have been sent nevertheless: look before you send it again.',
  });
}
