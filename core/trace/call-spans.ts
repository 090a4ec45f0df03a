import type { StoredEvent } from '../../schemas/event.ts';
import type { Address } from '../../schemas/subjects.ts';
import { spanIdOf } from '../../schemas/trace-context.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import type { OpenCall, OpenSpans, TracedAgent } from './open-spans.ts';
import { agentOf, begun, type Spans, span } from './span.ts';

/** Of tool calls, and of questions whose asker waits. */
export const callSpans: Spans = {
  result: (open, event, address) => {
    const agent = open.agents.get(agentOf(address) ?? '');
    const call = agent?.calls.find(({ callId }) => callId === event.data.callId);
    if (agent === undefined || call === undefined) return undefined;
    agent.calls = agent.calls.filter((one) => one !== call);
    const { data } = event;
    return [data.ok ? callSpan(call, agent, event) : callSpan(call, agent, event, data.error)];
  },
};

/** What an agent says in its turn; of one that has ended, or is in none, nothing. */
export function speaking(open: OpenSpans, address: Address): TracedAgent | undefined {
  const agent = open.agents.get(agentOf(address) ?? '');
  return agent?.ended ? undefined : agent;
}

/** So many calls of one agent are waited for; its owner refuses more long before. */
const MAX_CALLS = 1_000;

export function callBegins(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  name: string,
): void {
  const agent = speaking(open, address);
  if (agent === undefined || agent.calls.length >= MAX_CALLS) return;
  if (agent.calls.some(({ callId }) => callId === event.id)) return;
  const { turn } = agent;
  const spanId = spanIdOf('tool', event.id);
  const where = turn
    ? { traceId: turn.traceId, spanId, parentSpanId: turn.spanId, startTime: event.time }
    : begun({ ...event, traceparent: undefined }, spanId);
  agent.calls.push({ ...where, callId: event.id, name });
}

export function callSpan(
  call: OpenCall,
  { agentId }: TracedAgent,
  event: StoredEvent,
  failure?: { code: string; message: string },
): TraceSpan {
  return span(call, event, {
    name: `execute_tool ${call.name}`,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': call.name,
      'gen_ai.tool.call.id': call.callId,
      'gen_ai.agent.id': agentId,
    },
    errorType: failure?.code,
    error: failure?.message,
  });
}
