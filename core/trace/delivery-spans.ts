import type { StoredEvent } from '../../schemas/event.ts';
import type { Address } from '../../schemas/subjects.ts';
import { parseTraceparent, spanIdOf } from '../../schemas/trace-context.ts';
import type { SpanAttributes, TraceSpan } from '../../schemas/trace-span.ts';
import { begin, note, type OpenSpans, take } from './open-spans.ts';
import { begun, type Spans, span } from './span.ts';

/** Of deliveries: from the request to the receipt of the last part. */
export const deliverySpans: Spans = {
  'delivery.requested': (open, event, address) => {
    if (address.family !== 'delivery') return undefined;
    const { channel } = address;
    const key = deliveryOf(address);
    const { agentId } = event.data;
    // Below the message, since the turn may be over and of another life of whoever reads this.
    const parentSpanId = parseTraceparent(event.traceparent)?.spanId ?? parentOf(event);
    const where = { ...begun(event, spanIdOf('delivery', key)), parentSpanId };
    begin(open.deliveries, key, { ...where, channel, agentId, events: [] });
    return undefined;
  },
  'delivery.attempted': (open, event, address) => notedDelivery(open, event, address, 'attempted'),
  'delivery.ambiguous': (open, event, address) => notedDelivery(open, event, address, 'ambiguous'),
  'delivery.confirmed': (open, event, address) => {
    const { part, parts, messageId } = event.data;
    if (part + 1 < parts) return notedDelivery(open, event, address, 'confirmed');
    return deliveryOver(open, event, address, { 'messaging.message.id': messageId });
  },
  'delivery.failed': (open, event, address) => {
    const { again, code, reason } = event.data;
    if (again) return notedDelivery(open, event, address, 'refused');
    return deliveryOver(open, event, address, {}, String(code), reason);
  },
};

/** Of an event of before there were traces. */
const parentOf = ({ correlationId }: StoredEvent): string | undefined =>
  correlationId === undefined ? undefined : spanIdOf('message', correlationId);

const deliveryOf = (address: Address): string =>
  address.family === 'delivery' ? `${address.channel}/${address.deliveryId}` : '';

function notedDelivery(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  name: string,
): undefined {
  const delivery = open.deliveries.get(deliveryOf(address));
  if (delivery !== undefined) note(delivery, event, name);
}

function deliveryOver(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  more: SpanAttributes,
  errorType?: string,
  error?: string,
): TraceSpan[] | undefined {
  const delivery = take(open.deliveries, deliveryOf(address));
  if (delivery === undefined) return undefined;
  const { channel, agentId, events } = delivery;
  return [
    span(delivery, event, {
      name: `deliver ${channel}`,
      kind: 'producer',
      attributes: {
        'messaging.system': channel,
        'messaging.operation.name': 'deliver',
        'messaging.operation.type': 'send',
        ...(agentId !== undefined && { 'gen_ai.agent.id': agentId }),
        ...more,
      },
      events,
      errorType,
      error,
    }),
  ];
}
