import type { StoredEvent } from '../../schemas/event.ts';
import type { Address } from '../../schemas/subjects.ts';
import { spanIdOf } from '../../schemas/trace-context.ts';
import type { SpanAttributes, TraceSpan } from '../../schemas/trace-span.ts';
import { callSpan } from './call-spans.ts';
import type { OpenSpans, TracedAgent } from './open-spans.ts';
import { agentOf, begun, type Spans, span } from './span.ts';

/** Of what becomes of agents: how long it takes to create one, and calls that end with it. */
export const agentSpans: Spans = {
  'command.create': (open, event, address) => {
    const agentId = agentOf(address);
    if (agentId === undefined || open.agents.has(agentId)) return undefined;
    const { kind, name, model } = event.data;
    const creating = begun(event, spanIdOf('agent', event.id));
    open.agents.set(agentId, { agentId, kind, name, model, creating, calls: [] });
    return undefined;
  },
  'process.ready': (open, event, address) => created(open, event, address),
  'process.start-failed': (open, event, address) => [
    ...created(open, event, address, event.data.reason),
    ...runOver(open, event, address),
  ],
  'process.stopped': (open, event, address) => [
    ...created(open, event, address, event.data.reason),
    ...runOver(open, event, address),
  ],
  'process.exited': (open, event, address) => runOver(open, event, address),
  'process.lost': (open, event, address) => runOver(open, event, address),
  'process.resumed': (open, event, address) => {
    const agentId = agentOf(address);
    if (agentId === undefined) return undefined;
    const { kind, name, model } = event.data.was;
    open.agents.set(agentId, { agentId, kind, name, model, calls: [] });
    return undefined;
  },
  'process.archived': (open, _event, address) => {
    open.agents.delete(agentOf(address) ?? '');
    return undefined;
  },
};

export const agentAttributes = ({ agentId, kind, name, model }: TracedAgent): SpanAttributes => ({
  'gen_ai.provider.name': kind,
  'gen_ai.agent.id': agentId,
  'gen_ai.agent.name': name ?? kind,
  'gen_ai.conversation.id': agentId,
  ...(model !== undefined && { 'gen_ai.request.model': model }),
});

function created(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  failure?: string,
): TraceSpan[] {
  const agent = open.agents.get(agentOf(address) ?? '');
  if (agent?.creating === undefined) return [];
  const { creating } = agent;
  agent.creating = undefined;
  return [
    span(creating, event, {
      name: `create_agent ${agent.name ?? agent.kind}`,
      attributes: { 'gen_ai.operation.name': 'create_agent', ...agentAttributes(agent) },
      ...(failure !== undefined && { errorType: 'ORC_START_FAILED', error: failure }),
    }),
  ];
}

/** Its calls have no result any more. */
function runOver(open: OpenSpans, event: StoredEvent, address: Address): TraceSpan[] {
  const agent = open.agents.get(agentOf(address) ?? '');
  if (agent === undefined) return [];
  const { calls } = agent;
  agent.ended = true;
  agent.calls = [];
  const error = { code: 'ORC_AGENT_ENDED', message: 'The agent ended before the result' };
  return calls.map((call) => callSpan(call, agent, event, error));
}
