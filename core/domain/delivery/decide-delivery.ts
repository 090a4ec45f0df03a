import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import type { CallPiece } from '../../../schemas/events/delivery.ts';
import {
  type EventMeta,
  type NewEventOfType,
  newEvent,
  type Whose,
} from '../../../schemas/new-event.ts';
import type { DeliveryRequest, DeliveryState } from './delivery.ts';

/** Which delivery of which channel, and when. */
export interface DeliveryPlace {
  channel: string;
  deliveryId: string;
  now: Date;
}

/** What came of a call to the channel. */
export type CallOutcome =
  | { kind: 'taken'; messageId: string }
  /** Certainly not taken, and may be taken later. */
  | { kind: 'again'; code: number; reason: string; afterMs?: number }
  /** Certainly not taken because of these pieces: the rest may be. */
  | { kind: 'without'; pieces: readonly CallPiece[]; code: number; reason: string }
  /** Certainly not taken, and never will be. */
  | { kind: 'refused'; code: number; reason: string }
  /** Nobody knows. */
  | { kind: 'perhaps'; reason: string };

/** What a refusal may be about that does not say what it is about. */
export const ANY_PIECE: readonly CallPiece[] = ['entities', 'buttons', 'file'];

/** What a delivery is of, as the events of its cause name it. */
export type Because = Pick<EventMeta, 'correlationId' | 'causationId' | 'traceparent'>;

type DeliveryEventType = Extract<EventType, `delivery.${string}`>;

/** An event of the ledger. The same `cause` is the same event, however often it is appended. */
export function deliveryEvent<T extends DeliveryEventType>(
  type: T,
  data: DataOf<T>,
  { channel, deliveryId, now }: DeliveryPlace,
  cause: string,
  because: Because = {},
): NewEventOfType<T> {
  const whose = { channel, deliveryId } as Whose<T>;
  return newEvent(type, whose, data, {
    id: `${type}:${channel}:${deliveryId}:${cause}`,
    source: `orchestrator/${channel}`,
    now,
    ...because,
  });
}

/** A delivery is requested once, for ever: its append expects that nothing is known of it yet. */
export const decideRequest = (
  request: DeliveryRequest,
  place: DeliveryPlace,
  because: Because = {},
): NewEventOfType<'delivery.requested'> =>
  deliveryEvent('delivery.requested', request, place, 'once', because);

/** The part of a delivery that is about to be sent, of so many. */
export function decideAttempt(
  state: DeliveryState & { phase: 'waiting' },
  parts: number,
  place: DeliveryPlace,
): NewEventOfType<'delivery.attempted'> {
  const { part } = state;
  const attempt = state.attempts + 1;
  return deliveryEvent('delivery.attempted', { part, parts, attempt }, place, String(attempt));
}

/** What the attempt came to. */
export function decideOutcome(
  { part, attempts, without }: DeliveryState & { phase: 'attempting' },
  parts: number,
  outcome: CallOutcome,
  place: DeliveryPlace,
) {
  const cause = String(attempts);
  switch (outcome.kind) {
    case 'taken': {
      const { messageId } = outcome;
      return deliveryEvent('delivery.confirmed', { part, parts, messageId }, place, cause);
    }
    case 'perhaps':
      return deliveryEvent('delivery.ambiguous', { part, reason: outcome.reason }, place, cause);
    case 'without': {
      const { code, reason } = outcome;
      const left = (all: readonly CallPiece[]) => all.filter((piece) => !without.includes(piece));
      const named = left(outcome.pieces);
      const pieces = named.length > 0 ? named : left(ANY_PIECE);
      // What is refused without any of them is refused.
      const again = pieces.length > 0;
      const data = { part, code, reason, again, ...(again && { without: pieces }) };
      return deliveryEvent('delivery.failed', data, place, cause);
    }
    case 'again':
    case 'refused': {
      const { code, reason } = outcome;
      const data = { part, code, reason, again: outcome.kind === 'again' };
      return deliveryEvent('delivery.failed', data, place, cause);
    }
  }
}

/** What is to be brought cannot be read or shown at all: given up before it was attempted. */
export const decideUnreadable = (
  { part, attempts }: DeliveryState & { phase: 'waiting' },
  reason: string,
  place: DeliveryPlace,
): NewEventOfType<'delivery.failed'> =>
  deliveryEvent(
    'delivery.failed',
    { part, code: 0, reason, again: false },
    place,
    `unreadable-${attempts}`,
  );
