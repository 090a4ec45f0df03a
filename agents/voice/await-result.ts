import type { NatsConnection } from '@nats-io/transport-node';
import { BackOff } from '../../platform/async/back-off.ts';
import { pause } from '../../platform/async/delay.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

/**
 * A result that came while nobody listened (a reconnect) is looked for this often. What is heard is
 * heard before it is stored, in a cluster by the way to a majority and back, and one that lags may be
 * asked: after a bell the looks begin anew with short waits.
 */
const TIMES = { firstMs: 4, longestMs: 2_000 };
const LOOK_TIMEOUT_MS = 1_000;

/**
 * The stored result of a tool call; undefined where there is none until the signal aborts. What is
 * heard on its subject, the bell, only tells that it is time to look: in the agents' account another agent can
 * let an acknowledgement of its own be sent there (docs/decisions/0042-three-streams.md). Throws
 * ORC_NOT_REACHABLE when the connection was given up. `firstLookMs`: until it is looked for without a
 * bell, which may have rung before somebody listened.
 */
export async function awaitResult(
  nc: NatsConnection,
  { bell: subject, request }: { bell: string; request: string },
  signal: AbortSignal,
  firstLookMs = TIMES.longestMs,
): Promise<Uint8Array | undefined> {
  const subscription = nc.subscribe(subject);
  const bells = subscription[Symbol.asyncIterator]();
  try {
    let bell = bells.next();
    let hasRung = false;
    // The end of the command ends the subscription, and by then nobody may await the next message.
    bell.catch(() => undefined);
    const backOff = new BackOff(TIMES);
    let lookMs = firstLookMs;
    while (!signal.aborted) {
      const again = pause(lookMs, signal).then(() => undefined);
      const rung = await Promise.race([bell, again]);
      if (rung?.done) {
        throw new OrchestratorError('ORC_NOT_REACHABLE', 'The connection to NATS was closed');
      }
      if (rung) {
        bell = bells.next();
        bell.catch(() => undefined);
        hasRung = true;
        backOff.reset();
      }
      lookMs = hasRung ? backOff.next() : TIMES.longestMs;
      const payload = await storedResult(nc, request);
      if (payload !== undefined) return payload;
    }
    return undefined;
  } finally {
    subscription.unsubscribe();
  }
}

async function storedResult(nc: NatsConnection, get: string): Promise<Uint8Array | undefined> {
  const reply = await nc.request(get, '', { timeout: LOOK_TIMEOUT_MS }).catch(() => undefined);
  // A status (404: there is none yet) is no message.
  return reply?.headers?.code ? undefined : reply?.data;
}
