import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { deliveryFilter, parseSubject } from '../../schemas/subjects.ts';
import { type DeliveryState, evolveDelivery } from '../domain/delivery/delivery.ts';
import type { EventLog } from '../log/event-log.ts';

/** What became of one thing that was to be brought to a chat. */
export interface DeliveryView {
  channel: string;
  id: string;
  state: DeliveryState['phase'];
  chatId: string;
  agentId?: string;
  requestedAt: string;
  /** Of its request. */
  sequence: number;
  /** Why it failed, or why nobody knows whether it was taken. */
  reason?: string;
  /** The chat may have it twice: a call came to no known end, and it was sent again. */
  perhaps?: true;
  /** The delivery by which an operator has had it sent again. */
  again?: string;
  /** An operator has said that it arrived. */
  arrived?: true;
}

export interface DeliveriesWanted {
  channel?: string | undefined;
  state?: DeliveryState['phase'] | undefined;
  /** Those alone that an operator has to look at: failed or perhaps repeated, and not settled by hand. */
  owed?: boolean | undefined;
  limit: number;
}

interface Known {
  channel: string;
  id: string;
  requestedAt: string;
  sequence: number;
  state: DeliveryState;
  /** Why nobody knows whether a call was taken, where that was so. */
  perhaps?: string;
  again?: string;
  arrived?: true;
}

/** The last deliveries, the newest first, folded from their ledger. Throws as reading the log does. */
export async function listDeliveries(
  log: EventLog,
  { channel, state, owed = false, limit }: DeliveriesWanted,
): Promise<DeliveryView[]> {
  const known = new Map<string, Known>();
  const filter = channel === undefined ? 'deliveries.>' : deliveryFilter(channel);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') fold(known, parsed.event);
  }
  const wanted = [...known.values()].filter(
    (one) => (state === undefined || one.state.phase === state) && (!owed || isOwed(one)),
  );
  return wanted.reverse().slice(0, limit).map(view);
}

function fold(known: Map<string, Known>, event: StoredEvent): void {
  const address = parseSubject(event.subject);
  if (address?.family !== 'delivery') return;
  const { channel, deliveryId: id } = address;
  const before = known.get(`${channel}/${id}`);
  const state = evolveDelivery(before?.state, event);
  if (state === undefined) return;
  const first = before ?? { channel, id, requestedAt: event.time, sequence: event.sequence };
  known.set(`${channel}/${id}`, { ...first, state, ...noted(event) });
  const earlier = `${channel}/${state.request.insteadOf}`;
  const instead = event.type === 'delivery.requested' ? known.get(earlier) : undefined;
  if (instead !== undefined) known.set(earlier, { ...instead, again: id });
}

function noted(event: StoredEvent): Pick<Known, 'perhaps' | 'arrived'> {
  if (event.type === 'delivery.ambiguous') return { perhaps: event.data.reason };
  return event.type === 'delivery.arrived' ? { arrived: true } : {};
}

const isOwed = ({ state, perhaps, again, arrived }: Known): boolean =>
  (state.phase === 'failed' || perhaps !== undefined) && again === undefined && !arrived;

function view({ state, perhaps, ...rest }: Known): DeliveryView {
  const { chatId, agentId } = state.request;
  const reason = state.phase === 'failed' ? state.reason : perhaps;
  return {
    ...rest,
    state: state.phase,
    chatId,
    ...(agentId !== undefined && { agentId }),
    ...(reason !== undefined && { reason }),
    ...(perhaps !== undefined && { perhaps: true }),
  };
}
