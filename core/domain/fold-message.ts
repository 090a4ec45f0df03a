import { isToken } from '../../schemas/ids.ts';
import { type ParsedEvent, parseEvent, type RawMessage } from '../../schemas/parse-event.ts';
import { isAgentsWord, parseSubject } from '../../schemas/subjects.ts';
import { isLive, MAX_WAITING, type PendingCall, unknownAgent } from './agent/agent-state.ts';
import { withWord } from './agent/said.ts';
import { applyEvent, type SystemState } from './system-state.ts';

/**
 * Folds one stored message, whatever it is: an event that does not parse, or is of a type that a
 * newer version wrote, changes no aggregate but still counts as the last of its subject.
 */
export function foldMessage(state: SystemState, message: RawMessage): ParsedEvent {
  const address = parseSubject(message.subject);
  const parsed = parseEvent(message);
  if (isAgentsWord(message.subject)) countWord(state, message);
  if (parsed.kind === 'event') {
    applyEvent(state, parsed.event);
    return parsed;
  }
  state.sequence = message.sequence;
  if (address?.family === 'process') state.fences.set(address.agentId, message.sequence);
  if (address?.family === 'tool') foldRefusedCall(state, address, message, parsed);
  return parsed;
}

/** Valid or not: what an agent says is taken, kept and looked at. */
function countWord(state: SystemState, { subject, size, time }: RawMessage): void {
  const address = parseSubject(subject);
  const agent = address && 'agentId' in address ? state.agents.get(address.agentId) : undefined;
  if (agent === undefined || !isLive(agent)) return;
  state.agents.set(agent.agentId, { ...agent, said: withWord(agent.said, size, time) });
}

/** A call that nobody can do is owed a result all the same. */
function foldRefusedCall(
  state: SystemState,
  { agentId, tool, verb }: { agentId: string; tool: string; verb: string },
  message: RawMessage,
  parsed: Exclude<ParsedEvent, { kind: 'event' }>,
): void {
  const callId = message.header('ce-id') ?? '';
  const agent = state.agents.get(agentId) ?? unknownAgent(agentId);
  if (!isToken(callId) || agent.calls.some((call) => call.callId === callId)) return;
  if (agent.calls.length >= MAX_WAITING) return;
  const refused: PendingCall['refused'] =
    parsed.kind === 'unknown'
      ? { code: 'ORC_NO_SUCH_TOOL', message: `There is no tool ${tool} ${verb}` }
      : { code: 'ORC_BAD_INPUT', message: parsed.reason };
  const call: PendingCall = { callId, tool, verb, input: {}, refused };
  state.agents.set(agentId, { ...agent, calls: [...agent.calls, call] });
}
