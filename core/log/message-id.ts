import { createHmac } from 'node:crypto';

/** The entry of the metadata of EVENTS that has the key. */
export const ID_KEY_ENTRY = 'orchestrator.id-key';

/** Asks for the stream that has it; the answer is a {@link StreamInfo}. */
export const KEY_REQUEST = '$JS.API.STREAM.INFO.EVENTS';

/** JetStream API, `io.nats.jetstream.api.v1.stream_info_response`. */
export interface StreamInfo {
  error?: { err_code: number; description: string };
  config?: { metadata?: Record<string, string> };
}

/**
 * The `Nats-Msg-Id` of what a service appends: the same for the same id, and nobody else's guess.
 * EVENTS notes the ids of what it takes from SAID with its own: an agent that claims the id that a
 * service will derive next would make that event a duplicate (docs/decisions/0042-three-streams.md).
 */
export const messageId = (id: string, key: string | undefined): string =>
  key === undefined ? id : createHmac('sha256', key).update(id).digest('base64url').slice(0, 22);
