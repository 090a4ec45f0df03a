import { AloneConnection, type AloneOptions } from './alone-connection.ts';
import type { Outgoing } from './outgoing.ts';

export type { AloneOptions } from './alone-connection.ts';

/**
 * One message into whatever stream takes its subject, on a connection for it alone. Resolves with
 * whether the stream said that it stored it just now. `false` says nothing: whatever is not as it
 * should be (no server, other protocol, any error, a duplicate, no answer in time) is left to the
 * client, which publishes again under the same id. Never throws.
 */
export async function publishAlone(message: Outgoing, options: AloneOptions): Promise<boolean> {
  const stored = await AloneConnection.use(options, async (connection) => {
    connection.publish(message);
    return storedAt((await connection.next()).payload) !== undefined;
  });
  return stored ?? false;
}

export interface Outcome {
  /** What tells that it may be there. What it says there is not believed. */
  bell: string;
  /** The subject on which it is asked for, as it is stored. */
  request: string;
}

/** A bell rings when the outcome is published, which may be a moment before it is stored. */
const LOOK_AGAIN_MS = 5;

/**
 * As {@link publishAlone}, and what is stored of its outcome. Undefined says nothing, as `false` does there.
 */
export async function callAlone(
  message: Outgoing,
  { bell, request }: Outcome,
  options: AloneOptions,
): Promise<Buffer | undefined> {
  return AloneConnection.use(options, async (connection) => {
    const next = async (subject: string) => {
      for (;;) {
        const frame = await connection.next();
        if (frame.subject === subject) return frame;
      }
    };
    connection.subscribe(bell);
    connection.publish(message);
    // Nothing rings before the call is stored.
    if (storedAt((await next(connection.inbox)).payload) === undefined) return undefined;
    await next(bell);
    for (;;) {
      connection.request(request);
      const { headers, payload } = await next(connection.inbox);
      // A status (404: there is none yet) is no message (NATS ADR-31).
      if (!/^NATS\/1\.0 \d/.test(headers)) return payload;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  });
}

/**
 * The sequence in the reply of a stream (`io.nats.jetstream.api.v1.pub_ack_response`) that stored a
 * message just now; undefined for every other reply.
 */
export function storedAt(reply: Buffer): number | undefined {
  const ack: { seq?: unknown; stream?: unknown; duplicate?: unknown; error?: unknown } = JSON.parse(
    reply.toString(),
  );
  const isNew = typeof ack.stream === 'string' && ack.error === undefined && !ack.duplicate;
  return isNew && typeof ack.seq === 'number' && ack.seq > 0 ? ack.seq : undefined;
}
