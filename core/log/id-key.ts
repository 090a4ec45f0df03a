import { createHmac } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { NO_STREAM, readError } from './read-error.ts';

/** The entry of the metadata of EVENTS that has the key. */
export const ID_KEY_ENTRY = 'orchestrator.id-key';

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

/** JetStream API, `io.nats.jetstream.api.v1.stream_info_response`. */
interface StreamInfo {
  error?: { err_code: number; description: string };
  config?: { metadata?: Record<string, string> };
}

async function askForKey(nc: NatsConnection, timeoutMs: number): Promise<string | undefined> {
  const reply = await nc
    .request('$JS.API.STREAM.INFO.EVENTS', '', { timeout: timeoutMs })
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

/**
 * The `Nats-Msg-Id` of what a service appends: the same for the same id, and nobody else's guess.
 * EVENTS notes the ids of what it takes from SAID with its own: an agent that claims the id that a
 * service will derive next would make that event a duplicate (docs/decisions/0042-three-streams.md).
 */
export const messageId = (id: string, key: string | undefined): string =>
  key === undefined ? id : createHmac('sha256', key).update(id).digest('base64url').slice(0, 22);
