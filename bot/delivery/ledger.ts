import {
  type Because,
  type DeliveryPlace,
  decideRequest,
} from '../../core/domain/delivery/decide-delivery.ts';
import type { DeliveryRequest } from '../../core/domain/delivery/delivery.ts';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryFilter, subjectOf } from '../../schemas/subjects.ts';
import { CHANNEL } from '../people/channel.ts';
import { BOOKMARK, shownId } from './delivery-ids.ts';

export const deliveryPlace = (deliveryId: string): DeliveryPlace => ({
  channel: CHANNEL,
  deliveryId,
  now: new Date(),
});

/**
 * States that something is to be brought to a chat; whoever follows the ledger brings it. The same
 * id (see delivery-ids.ts) is stored once, for ever. Throws what appending says where it is not stored.
 */
export async function requestDelivery(
  log: EventLog,
  deliveryId: string,
  request: DeliveryRequest,
  because: Because = {},
): Promise<void> {
  const event = decideRequest(request, deliveryPlace(deliveryId), because);
  const filter = deliveryFilter(CHANNEL, deliveryId);
  const result = await log.append(event, { expect: { filter, sequence: 0 } });
  if (!result.ok && result.error !== 'conflict') throw appendError(result);
}

/** What was requested under an id, and undefined where nothing was. */
export async function requestedDelivery(
  log: EventLog,
  deliveryId: string,
): Promise<DeliveryRequest | undefined> {
  const event = await lastOf(log, deliveryId, 'requested');
  return event?.type === 'delivery.requested' ? event.data : undefined;
}

/** The id of the last message that a delivery was brought by; undefined where none is known. */
export async function confirmedDelivery(
  log: EventLog,
  deliveryId: string,
): Promise<string | undefined> {
  const event = await lastOf(log, deliveryId, 'confirmed');
  return event?.type === 'delivery.confirmed' ? event.data.messageId : undefined;
}

/** The question that a message of a chat shows, and undefined where it shows none. */
export async function shownQuestion(
  log: EventLog,
  chatId: string,
  messageId: string,
): Promise<string | undefined> {
  const event = await lastOf(log, shownId(chatId, messageId), 'shown');
  return event?.type === 'delivery.shown' ? event.data.questionId : undefined;
}

/** Everything that was requested up to here is settled. */
export async function settledThrough(log: EventLog): Promise<number> {
  const event = await lastOf(log, BOOKMARK, 'settled');
  return event?.type === 'delivery.settled' ? event.data.through : 0;
}

async function lastOf(
  log: EventLog,
  deliveryId: string,
  name: string,
): Promise<StoredEvent | undefined> {
  const subject = subjectOf({ family: 'delivery', channel: CHANNEL, deliveryId, name });
  const message = await log.last('EVENTS', subject);
  if (message === undefined) return undefined;
  const parsed = parseEvent(message);
  return parsed.kind === 'event' ? parsed.event : undefined;
}
