import type { NewEventOf } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
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
  /** Not taken because of how it is formatted. */
  | { kind: 'plain'; code: number; reason: string }
  /** Certainly not taken, and never will be. */
  | { kind: 'refused'; code: number; reason: string }
  /** Nobody knows. */
  | { kind: 'perhaps'; reason: string };

type DeliveryEventType = Extract<EventType, `delivery.${string}`>;

/** An event of the ledger. The same `cause` is the same event, however often it is appended. */
export function deliveryEvent<T extends DeliveryEventType>(
  type: T,
  data: DataOf<T>,
  { channel, deliveryId, now }: DeliveryPlace,
  cause: string,
  causationId?: string,
): NewEventOf<T> {
  const name = type.slice('delivery.'.length);
  return {
    id: `${type}:${channel}:${deliveryId}:${cause}`,
    type,
    source: `orchestrator/${channel}`,
    time: now.toISOString(),
    causationId,
    subject: subjectOf({ family: 'delivery', channel, deliveryId, name }),
    data,
  };
}

/** A delivery is requested once, for ever: its append expects that nothing is known of it yet. */
export const decideRequest = (
  request: DeliveryRequest,
  place: DeliveryPlace,
  causationId?: string,
): NewEventOf<'delivery.requested'> =>
  deliveryEvent('delivery.requested', request, place, 'once', causationId);

/** The part of a delivery that is about to be sent, of so many. */
export function decideAttempt(
  state: DeliveryState & { phase: 'waiting' },
  parts: number,
  place: DeliveryPlace,
): NewEventOf<'delivery.attempted'> {
  const { part } = state;
  const attempt = state.attempts + 1;
  return deliveryEvent('delivery.attempted', { part, parts, attempt }, place, String(attempt));
}

/** What the attempt came to. */
export function decideOutcome(
  { part, attempts, plain }: DeliveryState & { phase: 'attempting' },
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
    case 'again':
    case 'plain':
    case 'refused': {
      const { code, reason } = outcome;
      // What is refused as plain text too is refused.
      const again = outcome.kind === 'again' || (outcome.kind === 'plain' && !plain);
      const data = { part, code, reason, again, ...(outcome.kind === 'plain' && { plain: true }) };
      return deliveryEvent('delivery.failed', data, place, cause);
    }
  }
}
