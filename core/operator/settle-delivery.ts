import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { derivedId } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryFilter } from '../../schemas/subjects.ts';
import { decideAgain, deliveryEvent } from '../domain/delivery/decide-delivery.ts';
import { type DeliveryState, evolveDelivery, isSettled } from '../domain/delivery/delivery.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';

/** Which delivery of which channel. */
export interface DeliveryRef {
  channel: string;
  deliveryId: string;
}

interface Known {
  state: DeliveryState;
  /** Where its last event stands. */
  last: number;
  /** Some call came to no known end. */
  perhaps: boolean;
}

/** The delivery by which another is sent again. */
export const againId = (deliveryId: string): string => derivedId('again_', deliveryId);

/**
 * Has a delivery that was given up, or that perhaps arrived, sent again by another one, whose id it returns: once,
 * however often it is asked for. It goes out marked where the chat may have it. Throws ORC_DELIVERY_NOT_FOUND,
 * ORC_DELIVERY_SETTLED where the channel itself still brings it or has brought it for certain, and what an append can fail with.
 */
export async function sendAgain(log: EventLog, { channel, deliveryId }: DeliveryRef) {
  const { state, perhaps } = await knownDelivery(log, { channel, deliveryId });
  if (state.phase !== 'failed' && !(state.phase === 'confirmed' && perhaps)) {
    const is = isSettled(state) ? 'was brought' : 'is still being brought';
    throw new OrchestratorError('ORC_DELIVERY_SETTLED', `${deliveryId} ${is}`);
  }
  const again = againId(deliveryId);
  const place = { channel, deliveryId: again, now: new Date() };
  const event = decideAgain(state.request, deliveryId, perhaps, place);
  await appendWhere(log, event, { filter: deliveryFilter(channel, again), sequence: 0 });
  return { channel, deliveryId: again };
}

/**
 * States that the chat has what a delivery was to bring: an operator knows it. Nothing more is sent. Throws
 * ORC_DELIVERY_NOT_FOUND, and what an append can fail with.
 */
export async function stateArrived(log: EventLog, { channel, deliveryId }: DeliveryRef) {
  const place = { channel, deliveryId, now: new Date() };
  const event = deliveryEvent('delivery.arrived', {}, place, 'once');
  const filter = deliveryFilter(channel, deliveryId);
  // The channel may state something meanwhile: what an operator knows stays true.
  for (;;) {
    const { last } = await knownDelivery(log, { channel, deliveryId });
    if (await appendWhere(log, event, { filter, sequence: last })) return { channel, deliveryId };
  }
}

async function knownDelivery(log: EventLog, { channel, deliveryId }: DeliveryRef): Promise<Known> {
  let known: Known | undefined;
  const filter = deliveryFilter(channel, deliveryId);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    const state = evolveDelivery(known?.state, parsed.event);
    const perhaps = (known?.perhaps ?? false) || parsed.event.type === 'delivery.ambiguous';
    if (state !== undefined) known = { state, perhaps, last: message.sequence };
  }
  if (known !== undefined) return known;
  const what = `There is no delivery ${deliveryId} of ${channel}`;
  throw new OrchestratorError('ORC_DELIVERY_NOT_FOUND', what);
}

/** False where something else stands there by now. */
async function appendWhere(
  log: EventLog,
  event: NewEvent,
  expect: { filter: string; sequence: number },
): Promise<boolean> {
  const result = await log.append(event, { expect });
  if (!result.ok && result.error !== 'conflict') throw appendError(result);
  return result.ok;
}
