import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';

/** A result that came while nobody listened (a reconnect) is looked for this often. */
const LOOK_AGAIN_MS = 2_000;
const LOOK_TIMEOUT_MS = 1_000;

/**
 * What is published on a tool call's result subject, heard or looked up; undefined where nothing
 * came until the signal aborts. Throws ORC_NOT_REACHABLE when the connection was given up.
 */
export async function awaitResult(
  nc: NatsConnection,
  subject: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const subscription = nc.subscribe(subject, { max: 1 });
  const heard = (async () => {
    for await (const message of subscription) return message.data;
    throw new OrchestratorError('ORC_NOT_REACHABLE', 'The connection to NATS was closed');
  })();
  // Nobody may be waiting any more when the end of the command ends the subscription.
  heard.catch(() => undefined);
  try {
    while (!signal.aborted) {
      const look = delay(LOOK_AGAIN_MS, undefined, { signal }).then(
        () => storedResult(nc, subject),
        () => undefined,
      );
      const payload = await Promise.race([heard, look]);
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
