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
  /** Why it failed. */
  reason?: string;
}

export interface DeliveriesWanted {
  channel?: string | undefined;
  state?: DeliveryState['phase'] | undefined;
  limit: number;
}

interface Known {
  channel: string;
  id: string;
  requestedAt: string;
  sequence: number;
  state: DeliveryState;
}

/** The last deliveries, the newest first, folded from their ledger. Throws as reading the log does. */
export async function listDeliveries(
  log: EventLog,
  { channel, state, limit }: DeliveriesWanted,
): Promise<DeliveryView[]> {
  const known = new Map<string, Known>();
  const filter = channel === undefined ? 'deliveries.>' : deliveryFilter(channel);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    const parsed = parseEvent(message);
    const address = parseSubject(message.subject);
    if (parsed.kind !== 'event' || address?.family !== 'delivery') continue;
    const key = `${address.channel}/${address.deliveryId}`;
    const before = known.get(key);
    const after = evolveDelivery(before?.state, parsed.event);
    if (after === undefined) continue;
    const first = before ?? {
      channel: address.channel,
      id: address.deliveryId,
      requestedAt: parsed.event.time,
      sequence: parsed.event.sequence,
    };
    known.set(key, { ...first, state: after });
  }
  const wanted = [...known.values()].filter(
    (one) => state === undefined || one.state.phase === state,
  );
  return wanted.reverse().slice(0, limit).map(view);
}

function view({ state, ...rest }: Known): DeliveryView {
  const { chatId, agentId } = state.request;
  return {
    ...rest,
    state: state.phase,
    chatId,
    ...(agentId !== undefined && { agentId }),
    ...(state.phase === 'failed' && { reason: state.reason }),
  };
}
