import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamName } from '../../schemas/subjects.ts';
import { lastMessage } from './last.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';
import type { PullSession, Selection, Start } from './pull-session.ts';

/** What of a message tells where one is: its place, and how many of the selection are behind it. */
interface Place {
  readonly sequence: number;
  readonly pending: number;
}

/** Tells when a session has come to what was the end of its stream when it was opened. */
export interface StreamEnd {
  /** Is told all that was taken of the session, in order; `idle`: the consumer has no more at the moment. */
  reached(taken: { messages: readonly Place[]; idle: boolean }): boolean | Promise<boolean>;
}

/** Of a stream with one replica, by what its consumer says: there is only one truth. */
export function countedEnd({ pending }: Pick<PullSession, 'pending'>): StreamEnd {
  let missing = pending;
  return {
    reached({ messages, idle }) {
      missing -= messages.length;
      // Counting alone would wait for ever for messages that a limit removed meanwhile.
      return missing <= 0 || idle || messages.at(-1)?.pending === 0;
    },
  };
}

/**
 * Of a stream with several replicas: the consumer reads one that may lag behind, and says that nothing
 * is left where the leader has more. So the leader is asked for the last message that is selected, and
 * asked again where it does not come: a limit may have removed it meanwhile
 * (docs/decisions/0097-reads-of-ones-own-writes.md).
 */
export async function ledEnd(
  lastSelected: () => Promise<number>,
  start: Start,
): Promise<StreamEnd> {
  let seen = 'sequence' in start ? start.sequence - 1 : 0;
  let end = await lastSelected();
  return {
    async reached({ messages, idle }) {
      seen = messages.at(-1)?.sequence ?? seen;
      if (seen < end && idle) end = await lastSelected().catch(() => end);
      return seen >= end;
    },
  };
}

/** The sequence of the last message of a selection as the leader of the stream has it; 0 for none. */
export async function lastSelected(
  nc: NatsConnection,
  stream: StreamName,
  { filter }: Selection,
  start: Start,
): Promise<number> {
  const filters = filter === undefined ? ['>'] : [filter].flat();
  const found = await Promise.all(
    filters.map((one) => lastMessage(nc, stream, one, ACK_TIMEOUT_MS)),
  );
  const isBefore = ({ time }: { time: Date }) => 'time' in start && time < start.time;
  return Math.max(
    0,
    ...found.map((last) => (last === undefined || isBefore(last) ? 0 : last.sequence)),
  );
}

/**
 * A replica that lags begins behind its own end where it is asked to begin later (nats-server,
 * server/consumer.go, `selectStartingSeqNo`): what was had before is left out.
 */
export function notBefore<M extends { readonly sequence: number }>(
  start: Start,
  messages: M[],
): M[] {
  const first = messages[0];
  if (first === undefined || 'time' in start || first.sequence >= start.sequence) return messages;
  return messages.filter(({ sequence }) => sequence >= start.sequence);
}
