import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import {
  type CallOutcome,
  type DeliveryPlace,
  decideAttempt,
  decideOutcome,
  decideRequest,
  decideUnreadable,
  deliveryEvent,
} from '../domain/delivery/decide-delivery.ts';
import type { DeliveryState } from '../domain/delivery/delivery.ts';
import { type DecidedNow, type Stands, stands } from './agent-decisions.ts';

/** Decides anew what stands there of a delivery; what the channel said is what the event says. */
export function decideDeliveryAnew(
  state: DeliveryState | undefined,
  there: Stands,
  place: Omit<DeliveryPlace, 'now'>,
): DecidedNow {
  const at = { ...place, now: new Date(there.first.time) };
  const all = candidates(state, there.first, at);
  const found = all.find((events) => stands(events, there));
  return found ? { events: found, isSame: true } : { events: all[0] ?? [], isSame: false };
}

function candidates(
  state: DeliveryState | undefined,
  first: StoredEvent,
  place: DeliveryPlace,
): NewEvent[][] {
  if (first.type === 'delivery.requested') {
    const { correlationId, causationId, traceparent } = first;
    const because = { correlationId, causationId, traceparent };
    return state === undefined ? [[decideRequest(first.data, place, because)]] : [];
  }
  if (state?.phase === 'waiting') {
    if (first.type === 'delivery.attempted') {
      return [[decideAttempt(state, first.data.parts, place)]];
    }
    return first.type === 'delivery.failed'
      ? [[decideUnreadable(state, first.data.reason, place)]]
      : [];
  }
  if (state?.phase !== 'attempting') return [];
  const { outcomes, parts } = outcomesOf(first);
  const all: NewEvent[][] = outcomes.map((outcome) => [
    decideOutcome(state, parts, outcome, place),
  ]);
  // Whoever sent it is gone.
  if (first.type !== 'delivery.ambiguous') return all;
  const data = { part: state.part, reason: first.data.reason };
  return [...all, [deliveryEvent('delivery.ambiguous', data, place, String(state.attempts))]];
}

/** What the channel said, as the event has it. */
function outcomesOf(first: StoredEvent): { outcomes: CallOutcome[]; parts: number } {
  switch (first.type) {
    case 'delivery.confirmed': {
      const { messageId, parts } = first.data;
      return { outcomes: [{ kind: 'taken', messageId }], parts };
    }
    case 'delivery.ambiguous':
      return { outcomes: [{ kind: 'perhaps', reason: first.data.reason }], parts: 1 };
    case 'delivery.failed': {
      const { code, reason, without, again } = first.data;
      const said = { code, reason };
      if (without) return { outcomes: [{ kind: 'without', pieces: without, ...said }], parts: 1 };
      return { outcomes: [{ kind: again ? 'again' : 'refused', ...said }], parts: 1 };
    }
    default:
      return { outcomes: [], parts: 1 };
  }
}
