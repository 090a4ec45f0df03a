import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import type { Address } from '../../schemas/subjects.ts';
import { parseTraceparent, spanIdOf, traceIdOf } from '../../schemas/trace-context.ts';
import type { SpanAttributes, TraceSpan } from '../../schemas/trace-span.ts';
import type { Begun, OpenSpans } from './open-spans.ts';

/** What an event of each type does to what is open, and the spans that it ends. */
export type Spans = {
  [T in EventType]?: (
    open: OpenSpans,
    event: StoredEventOf<T>,
    address: Address,
  ) => TraceSpan[] | undefined;
};

/** What tells where a span begins. */
type Origin = Pick<StoredEvent, 'id' | 'time' | 'correlationId' | 'traceparent'>;

/**
 * Where a span of this event begins: the trace that it came with, else that of its correlation id. A command that came
 * without a trace names the span of a message for itself, also where it is none: no span is below that.
 */
export function begun(event: Origin, spanId: string): Begun {
  const context = parseTraceparent(event.traceparent);
  const own = [spanId, spanIdOf('message', event.id)];
  const isOwn = context === undefined || own.includes(context.spanId);
  return {
    traceId: context?.traceId ?? traceIdOf(event.correlationId ?? event.id),
    spanId,
    ...(!isOwn && { parentSpanId: context.spanId }),
    startTime: event.time,
  };
}

export const traceOf = ({ traceparent, correlationId, id }: Origin): string =>
  parseTraceparent(traceparent)?.traceId ?? traceIdOf(correlationId ?? id);

export interface Ended {
  name: string;
  kind?: TraceSpan['kind'];
  attributes: SpanAttributes;
  events?: TraceSpan['events'];
  links?: TraceSpan['links'];
  /** A code, and what it means. */
  errorType?: string | undefined;
  error?: string | undefined;
}

export function span(
  { traceId, spanId, parentSpanId, startTime }: Begun,
  { time, sequence }: StoredEvent,
  { name, kind = 'internal', attributes, events = [], links = [], errorType, error }: Ended,
): TraceSpan {
  const isFailed = errorType !== undefined;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind,
    startTime,
    // A clock may have been set back.
    endTime: time < startTime ? startTime : time,
    attributes: { ...attributes, ...(isFailed && { 'error.type': errorType }) },
    events,
    links,
    ...(isFailed && { error: error ?? errorType }),
    sequence,
  };
}

export const agentOf = (address: Address): string | undefined =>
  'agentId' in address ? address.agentId : undefined;
