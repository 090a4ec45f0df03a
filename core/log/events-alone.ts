import type { AloneConnection } from './alone-connection.ts';
import { deliveryOf, deliveryTokens, sequenceOf } from './delivery-tokens.ts';
import { ID_KEY_ENTRY, KEY_REQUEST, messageId, type StreamInfo } from './message-id.ts';
import { outgoingEvent, type PublishableEvent } from './outgoing.ts';
import { storedAt } from './publish-alone.ts';

/** An event as a consumer of EVENTS hands it over. */
export interface AloneEvent {
  sequence: number;
  subject: string;
  payload: Buffer;
}

/** After the connection has ended, nobody's consumer goes away. */
const INACTIVE_NS = 5_000_000_000;

/** A service's request, answered. Throws for an error, and where nobody answers. */
export async function askAlone(
  connection: AloneConnection,
  subject: string,
  payload?: string,
): Promise<Buffer> {
  connection.request(subject, payload);
  const { headers, payload: answer } = await connection.next();
  // A status (503: nobody is there), and the errors of services (NATS ADR-32).
  if (/^NATS\/1\.0 \d|^Nats-Service-Error/im.test(headers)) throw new Error(headers);
  return answer;
}

/**
 * Appends an event of a person or a service to EVENTS, under the id that `EventLog.append` gives it.
 * Its sequence. Throws where the stream does not say that it stored it just now.
 */
export async function appendAlone(
  connection: AloneConnection,
  event: PublishableEvent,
): Promise<number> {
  const { error, config }: StreamInfo = JSON.parse(
    (await askAlone(connection, KEY_REQUEST)).toString(),
  );
  if (error !== undefined) throw new Error(error.description);
  connection.publish(outgoingEvent(event, messageId(event.id, config?.metadata?.[ID_KEY_ENTRY])));
  const sequence = storedAt((await connection.next()).payload);
  if (sequence === undefined) throw new Error('not stored just now');
  return sequence;
}

/**
 * The events of a filter, from a sequence of EVENTS on, in order. Throws where one was lost on the way,
 * or the consumer is refused.
 */
export async function* followAlone(
  connection: AloneConnection,
  filter: string,
  from: number,
): AsyncGenerator<AloneEvent, never, undefined> {
  const place = `${connection.inbox}.events`;
  connection.subscribe(place);
  const config = {
    deliver_subject: place,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: from,
    filter_subject: filter,
    ack_policy: 'none',
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: INACTIVE_NS,
  };
  const order = JSON.stringify({ stream_name: 'EVENTS', config });
  connection.request('$JS.API.CONSUMER.CREATE.EVENTS', order);
  for (let delivery = 1; ; ) {
    const { subject, reply, payload } = await connection.next();
    if (subject === connection.inbox) {
      const { error }: { error?: unknown } = JSON.parse(payload.toString());
      if (error !== undefined) throw new Error('no consumer');
      continue;
    }
    const tokens = deliveryTokens(reply);
    if (deliveryOf(tokens) !== delivery) throw new Error('an event was lost');
    delivery += 1;
    yield { sequence: sequenceOf(tokens), subject, payload };
  }
}
