import type { StoredEvent } from '../../schemas/event.ts';
import { isAgentEventId } from '../../schemas/ids.ts';
import {
  invalid,
  type ParsedEvent,
  parseEvent,
  type RawMessage,
} from '../../schemas/parse-event.ts';
import { isAgentsWord, parseSubject } from '../../schemas/subjects.ts';
import { isLive, MAX_WAITING, type PendingCall, unknownAgent } from './agent/agent-state.ts';
import { withWord } from './agent/said.ts';
import { applyEvent, type SystemState } from './system-state.ts';

/**
 * Folds one stored message, whatever it is: an event that does not parse, that the state has no
 * place for, or that is of a type that a newer version wrote, changes no aggregate but still counts
 * as the last of its subject. Never throws: a message that ended the fold would end it for ever.
 */
export function foldMessage(state: SystemState, message: RawMessage): ParsedEvent {
  const parsed = parseEvent(message);
  if (isAgentsWord(message.subject)) countWord(state, message);
  const folded = parsed.kind === 'event' ? foldEvent(state, parsed.event) : parsed;
  if (folded.kind === 'event') return folded;
  const address = parseSubject(message.subject);
  state.sequence = message.sequence;
  if (address?.family === 'process') state.fences.set(address.agentId, message.sequence);
  if (address?.family === 'tool') foldRefusedCall(state, address, message, folded);
  return folded;
}

/** Valid or not: what an agent says is taken, kept and looked at. */
function countWord(state: SystemState, { subject, size, time }: RawMessage): void {
  const address = parseSubject(subject);
  const agent = address && 'agentId' in address ? state.agents.get(address.agentId) : undefined;
  if (agent === undefined || !isLive(agent)) return;
  state.agents.set(agent.agentId, { ...agent, said: withWord(agent.said, size, time) });
}

/** Each aggregate is replaced when its next state is there: what throws before has changed none. */
function foldEvent(state: SystemState, event: StoredEvent): ParsedEvent {
  try {
    applyEvent(state, event);
    return { kind: 'event', event };
  } catch (error) {
    return invalid(`does not fold: ${error instanceof Error ? error.message : error}`);
  }
}

/** A call that nobody can do is owed a result all the same, where the agent can have made it. */
function foldRefusedCall(
  state: SystemState,
  { agentId, tool, verb }: { agentId: string; tool: string; verb: string },
  message: RawMessage,
  parsed: Exclude<ParsedEvent, { kind: 'event' }>,
): void {
  const callId = message.header('ce-id') ?? '';
  const agent = state.agents.get(agentId) ?? unknownAgent(agentId);
  if (!isAgentEventId(agentId, callId) || agent.calls.some((call) => call.callId === callId))
    return;
  if (agent.calls.length >= MAX_WAITING) return;
  const refused: PendingCall['refused'] =
    parsed.kind === 'unknown'
      ? { code: 'ORC_NO_SUCH_TOOL', message: `There is no tool ${tool} ${verb}` }
      : { code: 'ORC_BAD_INPUT', message: parsed.reason };
  const { sequence } = message;
  const call: PendingCall = { callId, sequence, tool, verb, input: {}, refused };
  state.agents.set(agentId, { ...agent, calls: [...agent.calls, call] });
}
