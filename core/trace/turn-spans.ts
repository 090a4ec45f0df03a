import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { Address } from '../../schemas/subjects.ts';
import { spanIdOf } from '../../schemas/trace-context.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import { agentAttributes } from './agent-spans.ts';
import { callBegins, speaking } from './call-spans.ts';
import {
  begin,
  note,
  type OpenMessage,
  type OpenSpans,
  type OpenTurn,
  type TracedAgent,
  take,
} from './open-spans.ts';
import { agentOf, begun, type Spans, span, traceOf } from './span.ts';

/** Of messages, how long they wait, and the turns that serve them. */
export const turnSpans: Spans = {
  'command.send': (open, event, address) => {
    const agentId = agentOf(address);
    if (agentId === undefined || isKnown(open, agentId, event.id)) return undefined;
    const { id: commandId, data } = event;
    const where = begun(event, spanIdOf('message', commandId));
    const channel = data.from?.channel;
    begin(open.messages, commandId, { ...where, commandId, agentId, channel });
    return undefined;
  },
  'process.rejected': (open, event) => {
    const message = take(open.messages, event.data.commandId);
    return message && [messageSpan(message, event, [], event.data.code, event.data.reason)];
  },
  'turn.started': (open, event, address) => {
    const agent = open.agents.get(agentOf(address) ?? '');
    if (agent === undefined) return undefined;
    const { turnId, commandId } = event.data;
    const first = open.messages.get(commandId);
    const parentSpanId = first?.spanId ?? spanIdOf('message', commandId);
    const traceId = first?.traceId ?? traceOf(event);
    const where = { traceId, spanId: spanIdOf('turn', turnId), parentSpanId };
    agent.turn = { ...where, startTime: event.time, turnId, messages: [], events: [] };
    return undefined;
  },
  'process.delivered': (open, event, address) => {
    const { commandId, turnId } = event.data;
    const message = take(open.messages, commandId);
    if (message === undefined) return undefined;
    const turn = open.agents.get(agentOf(address) ?? '')?.turn;
    if (turn?.turnId !== turnId) return [messageSpan(message, event, [])];
    if (turn.messages.length > 0)
      note(turn, event, 'message.joined', { 'messaging.message.id': commandId });
    turn.messages.push(message);
    return [waitSpan(message, event)];
  },
  'turn.nudged': (open, event, address) => noted(open, event, address, 'turn.nudged'),
  'response.answer': (open, event, address) => noted(open, event, address, 'answer'),
  'response.progress': (open, event, address) => noted(open, event, address, 'progress'),
  'response.question': (open, event, address) => {
    noted(open, event, address, 'question');
    if (event.data.waitMs !== undefined) callBegins(open, event, address, 'ask');
    return undefined;
  },
  'turn.ended': (open, event, address) => turnOver(open, event, address),
  'turn.failed': (open, event, address) =>
    turnOver(open, event, address, event.data.code, event.data.reason),
};

/** A message that is sent again while it waits or is worked on is one message. */
function isKnown(open: OpenSpans, agentId: string, commandId: string): boolean {
  const served = open.agents.get(agentId)?.turn?.messages ?? [];
  return open.messages.has(commandId) || served.some((one) => one.commandId === commandId);
}

function noted(open: OpenSpans, event: StoredEvent, address: Address, name: string): undefined {
  const turn = speaking(open, address)?.turn;
  if (turn !== undefined) note(turn, event, name, { 'orchestrator.event.id': event.id });
}

function messageSpan(
  message: OpenMessage,
  event: StoredEvent,
  links: TraceSpan['links'],
  errorType?: string,
  error?: string,
): TraceSpan {
  const { channel, commandId, agentId } = message;
  return span(message, event, {
    name: channel === undefined ? 'message' : `message ${channel}`,
    kind: 'server',
    attributes: {
      'messaging.operation.name': 'message',
      'messaging.operation.type': 'process',
      'messaging.message.id': commandId,
      'gen_ai.agent.id': agentId,
      'gen_ai.conversation.id': agentId,
      ...(channel !== undefined && { 'messaging.system': channel }),
    },
    links,
    errorType,
    error,
  });
}

function waitSpan(message: OpenMessage, event: StoredEvent): TraceSpan {
  const { traceId, spanId, startTime, commandId } = message;
  const where = {
    traceId,
    spanId: spanIdOf('wait', commandId),
    parentSpanId: spanId,
    startTime,
  };
  return span(where, event, {
    name: 'wait for the agent',
    attributes: { 'messaging.message.id': commandId },
  });
}

function turnOver(
  open: OpenSpans,
  event: StoredEventOf<'turn.ended'> | StoredEventOf<'turn.failed'>,
  address: Address,
  errorType?: string,
  error?: string,
): TraceSpan[] {
  const agent = open.agents.get(agentOf(address) ?? '');
  const turn = agent?.turn;
  if (agent === undefined || turn?.turnId !== event.data.turnId) return [];
  agent.turn = undefined;
  return [
    turnSpan(turn, agent, event, errorType, error),
    ...turn.messages.map((message) => {
      const isJoined = message.spanId !== turn.parentSpanId;
      const links = isJoined ? [{ traceId: turn.traceId, spanId: turn.spanId }] : [];
      return messageSpan(message, event, links, errorType, error);
    }),
  ];
}

function turnSpan(
  turn: OpenTurn,
  agent: TracedAgent,
  event: StoredEvent,
  errorType?: string,
  error?: string,
): TraceSpan {
  const joined = turn.messages.filter(({ spanId }) => spanId !== turn.parentSpanId);
  const said = (name: string) => turn.events.filter((one) => one.name === name).length;
  return span(turn, event, {
    name: `invoke_agent ${agent.name ?? agent.kind}`,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      ...agentAttributes(agent),
      'orchestrator.turn.id': turn.turnId,
      'orchestrator.turn.messages': turn.messages.length,
      'orchestrator.turn.answers': said('answer'),
      'orchestrator.turn.questions': said('question'),
    },
    events: turn.events,
    links: joined.map(({ traceId, spanId }) => ({ traceId, spanId })),
    errorType,
    error,
  });
}
