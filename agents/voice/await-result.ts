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
 * heard on its subject only tells that it is time to look: in the agents' account another agent can
 * let an acknowledgement of its own be sent there (docs/decisions/0042-three-streams.md). Throws
 * ORC_NOT_REACHABLE when the connection was given up.
 */
export async function awaitResult(
  nc: NatsConnection,
  subject: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const subscription = nc.subscribe(subject);
  const bells = subscription[Symbol.asyncIterator]();
  try {
    let bell = bells.next();
    let hasRung = false;
    // The end of the command ends the subscription, and by then nobody may await the next message.
    bell.catch(() => undefined);
    const backOff = new BackOff(TIMES);
    while (!signal.aborted) {
      const again = pause(hasRung ? backOff.next() : TIMES.longestMs, signal).then(() => undefined);
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
      const payload = await storedResult(nc, subject);
      if (payload !== undefined) return payload;
    }
    return undefined;
  } finally {
    subscription.unsubscribe();
  }
}

/** Direct get of the last message of the subject (NATS ADR-31); the agent's credential permits it. */
async function storedResult(nc: NatsConnection, subject: string): Promise<Uint8Array | undefined> {
  const get = `$JS.API.DIRECT.GET.EVENTS.${subject}`;
  const reply = await nc.request(get, '', { timeout: LOOK_TIMEOUT_MS }).catch(() => undefined);
  // A status (404: there is none yet) is no message.
  return reply?.headers?.code ? undefined : reply?.data;
}
