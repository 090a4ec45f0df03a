import type { StoredEvent, StoredEventOf } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import type { CallPiece } from '../../../schemas/events/delivery.ts';

/** What is to be brought to a chat, as it was requested. */
export type DeliveryRequest = DataOf<'delivery.requested'>;

interface Underway {
  request: DeliveryRequest;
  /** The part that is next, or that is being sent: from 0. */
  part: number;
  /** Attempts of all parts so far. */
  attempts: number;
  /** This part may have been taken already: it goes out marked. */
  perhaps: boolean;
  /** What was refused, and is left out. */
  without: readonly CallPiece[];
}

/** A delivery as its ledger tells it. */
export type DeliveryState =
  | ({ phase: 'waiting' } & Underway)
  /** An attempt was stated, and what became of it was not. */
  | ({ phase: 'attempting' } & Underway)
  | { phase: 'confirmed'; request: DeliveryRequest }
  | { phase: 'failed'; request: DeliveryRequest; reason: string };

/** Pure and total: undefined before it is requested, and for ever where that was not seen. */
export function evolveDelivery(
  state: DeliveryState | undefined,
  event: StoredEvent,
): DeliveryState | undefined {
  if (state === undefined) {
    if (event.type !== 'delivery.requested') return undefined;
    const request = event.data;
    const perhaps = request.perhaps ?? false;
    return { phase: 'waiting', request, part: 0, attempts: 0, perhaps, without: [] };
  }
  if (state.phase === 'confirmed' || state.phase === 'failed') return state;
  switch (event.type) {
    case 'delivery.attempted':
      return { ...state, phase: 'attempting', attempts: state.attempts + 1 };
    case 'delivery.confirmed':
      return afterPart(state, event);
    case 'delivery.arrived':
      return { phase: 'confirmed', request: state.request };
    case 'delivery.ambiguous':
      return { ...state, phase: 'waiting', perhaps: true };
    case 'delivery.failed': {
      const { again, reason, without = [] } = event.data;
      if (!again) return { phase: 'failed', request: state.request, reason };
      return { ...state, phase: 'waiting', without: [...new Set([...state.without, ...without])] };
    }
    default:
      return state;
  }
}

function afterPart(
  state: Underway,
  { data: { part, parts } }: StoredEventOf<'delivery.confirmed'>,
): DeliveryState {
  if (part + 1 >= parts) return { phase: 'confirmed', request: state.request };
  return { ...state, phase: 'waiting', part: part + 1, perhaps: false };
}

export const isSettled = (state: DeliveryState): boolean =>
  state.phase === 'confirmed' || state.phase === 'failed';
