import { setTimeout as delay } from 'node:timers/promises';
import { appendError } from '../../core/log/append-result.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import type { PublishableEvent } from '../../core/log/outgoing.ts';
import { publishEvent } from '../../core/log/publish-event.ts';

const RETRY_MS = 200;
const ACK_TIMEOUT_MS = 4_000;

/**
 * Publishes until JetStream says that it is stored, and returns its sequence. One id through all
 * tries: stored once. Throws the error of a refusal at once, ORC_NOT_REACHABLE when `signal` ends
 * the patience.
 */
export async function publishStored(
  { nc }: LogConnection,
  event: PublishableEvent,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const result = await publishEvent(nc, event, ACK_TIMEOUT_MS);
    if (result.ok) return result.sequence;
    if (result.error !== 'not-reachable' || signal.aborted || nc.isClosed()) {
      throw appendError(result);
    }
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}
