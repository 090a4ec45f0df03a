import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { type FoundMessage, lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Sourcing takes a fraction of a millisecond, so the first looks come soon. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [1, 1_000];

/**
 * Waits until the last thing that SAID holds on these subjects stands in EVENTS too, and so all that
 * was said before it. Resolves with its sequence there, 0 where nothing was said. Throws as
 * {@link lastMessage} does, and the signal's reason.
 */
export async function untilHeard(
  nc: NatsConnection,
  filter: string,
  signal?: AbortSignal,
): Promise<number> {
  const said = await lastMessage(nc, 'SAID', filter, ACK_TIMEOUT_MS);
  if (said === undefined) return 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const heard = await lastMessage(nc, 'EVENTS', said.subject, ACK_TIMEOUT_MS);
    if (heard !== undefined && placeInSaid(heard) >= said.sequence) return heard.sequence;
    await delay(wait, undefined, signal && { signal });
  }
}

/** The server notes where a sourced message comes from: `SAID <sequence> …`; 0 for others. */
function placeInSaid({ source }: FoundMessage): number {
  const [stream, sequence] = (source ?? '').split(' ');
  return stream === 'SAID' ? Number(sequence) : 0;
}
