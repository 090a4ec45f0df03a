import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { ID_KEY_ENTRY, KEY_REQUEST, type StreamInfo } from './message-id.ts';
import { NO_STREAM, readError } from './read-error.ts';

/** By connection; the key of a stream never changes. */
const known = new WeakMap<NatsConnection, string>();

/**
 * The key that makes a `Nats-Msg-Id` of an event's id: see {@link messageId}. It stands in the
 * configuration of EVENTS, which services alone can read; undefined for one that was made without.
 * Asked for once a connection. Throws ORC_NOT_REACHABLE and ORC_NO_STREAM.
 */
export async function idKey(nc: NatsConnection, timeoutMs: number): Promise<string | undefined> {
  const key = known.get(nc) ?? (await askForKey(nc, timeoutMs));
  if (key !== undefined) known.set(nc, key);
  return key;
}

async function askForKey(nc: NatsConnection, timeoutMs: number): Promise<string | undefined> {
  const reply = await nc
    .request(KEY_REQUEST, '', { timeout: timeoutMs })
    .catch((error: unknown) => {
      throw readError(error);
    });
  const { error, config }: StreamInfo = reply.json();
  if (error?.err_code === NO_STREAM) throw new OrchestratorError('ORC_NO_STREAM');
  if (error !== undefined) {
    throw new OrchestratorError('ORC_NOT_REACHABLE', `EVENTS: ${error.description}`);
  }
  return config?.metadata?.[ID_KEY_ENTRY];
}
