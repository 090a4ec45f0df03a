import { speakerAt } from '../../schemas/agents-word.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { isAgentEventId } from '../../schemas/ids.ts';
import {
  invalid,
  type ParsedEvent,
  parseEvent,
  type RawMessage,
} from '../../schemas/parse-event.ts';
import { isAgentsWord, parseSubject } from '../../schemas/subjects.ts';
import { type AgentState, isLive, MAX_WAITING, type PendingCall } from './agent/agent-state.ts';
import { withWord } from './agent/run/said.ts';
import { type Silence, silenceReason } from './agent/silence.ts';
import { applyEvent, type SystemState } from './system-state.ts';

export type FoldedMessage =
  | ParsedEvent
  /** The word of an agent that has ended, or that nobody created: for EVENTS_DLQ. */
  | { kind: 'refused'; reason: string };

/**
 * Folds one stored message, whatever it is: an event that does not parse, that the state has no
 * place for, that is said by an agent after its end, or that is of a type that a newer version
 * wrote, changes no aggregate but still counts as the last of its subject. Never throws: a message
 * that ended the fold would end it for ever.
 */
export function foldMessage(state: SystemState, message: RawMessage): FoldedMessage {
  const parsed = parseEvent(message);
  if (isAgentsWord(message.subject)) countWord(state, message);
  const folded = parsed.kind === 'event' ? foldEvent(state, parsed.event) : parsed;
  if (folded.kind === 'event') return folded;
  const address = parseSubject(message.subject);
  state.sequence = message.sequence;
  if (address?.family === 'process' && state.agents.has(address.agentId)) {
    state.fences.set(address.agentId, message.sequence);
  }
  if (address?.family === 'tool') foldRefusedCall(state, address, message, folded);
  return folded;
}

/** Valid or not: what an agent says is taken, kept and looked at. */
function countWord(state: SystemState, { subject, size, time }: RawMessage): void {
  // A subject that is no address names no agent.
  const agent = state.agents.get(subject.split('.', 2)[1] ?? '');
  if (agent === undefined || !isLive(agent)) return;
  state.agents.set(agent.agentId, { ...agent, said: withWord(agent.said, size, time) });
}

/** Each aggregate is replaced when its next state is there: what throws before has changed none. */
function foldEvent(state: SystemState, event: StoredEvent): FoldedMessage {
  const agentId = speakerAt(parseSubject(event.subject));
  const silence = agentId === undefined ? undefined : silenceAt(state, agentId);
  if (agentId !== undefined && silence !== undefined) {
    return { kind: 'refused', reason: silenceReason(agentId, silence) };
  }
  try {
    applyEvent(state, event);
    return { kind: 'event', event };
  } catch (error) {
    return invalid(`does not fold: ${error instanceof Error ? error.message : error}`);
  }
}

/** Of one that was archived only the last are known to have ended. */
const silenceAt = ({ agents, archived }: SystemState, agentId: string): Silence | undefined =>
  archived.has(agentId) ? 'ended' : silenceOf(agents.get(agentId));

/** Whether what an agent says now counts for nobody. */
function silenceOf(agent: AgentState | undefined): Silence | undefined {
  if (agent === undefined || agent.phase === 'unknown') return 'unknown';
  return agent.phase === 'ended' ? 'ended' : undefined;
}

/** A call that nobody can do is owed a result all the same, where the agent can have made it. */
function foldRefusedCall(
  state: SystemState,
  { agentId, tool, verb }: { agentId: string; tool: string; verb: string },
  message: RawMessage,
  folded: Exclude<FoldedMessage, { kind: 'event' }>,
): void {
  const callId = message.header('ce-id') ?? '';
  const agent = state.agents.get(agentId);
  if (agent === undefined || silenceOf(agent) !== undefined) return;
  if (!isAgentEventId(agentId, callId) || agent.calls.some((call) => call.callId === callId))
    return;
  if (agent.calls.length >= MAX_WAITING) return;
  const refused: PendingCall['refused'] =
    folded.kind === 'unknown'
      ? { code: 'ORC_NO_SUCH_TOOL', message: `There is no tool ${tool} ${verb}` }
      : { code: 'ORC_BAD_INPUT', message: folded.reason };
  const { sequence } = message;
  const call: PendingCall = { callId, sequence, tool, verb, input: {}, refused };
  state.agents.set(agentId, { ...agent, calls: [...agent.calls, call] });
}
