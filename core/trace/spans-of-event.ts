import type { StoredEvent } from '../../schemas/event.ts';
import { type Address, parseSubject } from '../../schemas/subjects.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import { agentSpans } from './agent-spans.ts';
import { callBegins, callSpans } from './call-spans.ts';
import { deliverySpans } from './delivery-spans.ts';
import { jobSpans } from './job-spans.ts';
import type { OpenSpans } from './open-spans.ts';
import type { Spans } from './span.ts';
import { turnSpans } from './turn-spans.ts';

const SPANS: Spans = {
  ...agentSpans,
  ...turnSpans,
  ...callSpans,
  ...jobSpans,
  ...deliverySpans,
};

/**
 * The spans that an event ends, of what was begun before it: one trace for each message, with its wait, the
 * turn that serves it, the tools and jobs that are called in that, and the deliveries of what is said. Pure,
 * but for the state, which is changed in place; total. Ids follow from what the events are about, so the same
 * log has the same spans whenever, and from wherever, it is read
 * (docs/decisions/0131-traces-are-a-projection-of-the-log.md).
 */
export function spansOfEvent(open: OpenSpans, event: StoredEvent): TraceSpan[] {
  const address = parseSubject(event.subject);
  if (address === undefined) return [];
  if (address.family === 'tool') {
    callBegins(open, event, address, `${address.tool}.${address.verb}`);
    return [];
  }
  // Each function stands under the type of the events that it takes.
  const spans = SPANS[event.type] as
    | ((open: OpenSpans, event: StoredEvent, address: Address) => TraceSpan[] | undefined)
    | undefined;
  return spans?.(open, event, address) ?? [];
}
