import type { NatsConnection } from '@nats-io/transport-node';
import { BackOff } from '../../platform/async/back-off.ts';
import { delay } from '../../platform/async/delay.ts';
import { type FoundMessage, lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** Sourcing takes a fraction of a millisecond, so the first looks come soon. */
const TIMES = { firstMs: 1, longestMs: 1_000 };

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
  const backOff = new BackOff(TIMES);
  for (;;) {
    const heard = await lastMessage(nc, 'EVENTS', said.subject, ACK_TIMEOUT_MS);
    if (heard !== undefined && placeInSaid(heard) >= said.sequence) return heard.sequence;
    await delay(backOff.next(), signal);
  }
}

/** The server notes where a sourced message comes from: `SAID <sequence> …`; 0 for others. */
function placeInSaid({ source }: FoundMessage): number {
  const [stream, sequence] = (source ?? '').split(' ');
  return stream === 'SAID' ? Number(sequence) : 0;
}
