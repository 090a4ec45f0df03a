import type { StoredEventOf } from '../../../../schemas/event.ts';
import type { EventType } from '../../../../schemas/event-catalogue.ts';
import { isToken } from '../../../../schemas/ids.ts';
import { parseSubject } from '../../../../schemas/subjects.ts';
import { type AgentState, MAX_WAITING } from '../agent-state.ts';
import { onQuestionResult } from './evolve-questions.ts';

type ToolEvent = StoredEventOf<Extract<EventType, `tool.${string}`>>;

export function onToolCall(state: AgentState, event: ToolEvent): AgentState {
  const callId = event.id;
  // Its result would have no subject: nobody waits for it, and nothing is done.
  if (!isToken(callId)) return state;
  if (state.calls.some((call) => call.callId === callId)) return state;
  if (state.calls.length >= MAX_WAITING) return state;
  const address = parseSubject(event.subject);
  if (address?.family !== 'tool') return state;
  const { tool, verb } = address;
  return {
    ...state,
    calls: [...state.calls, { callId, sequence: event.sequence, tool, verb, input: event.data }],
  };
}

/** The outcome of a call, or of a question that somebody waits for. */
export function onResult(state: AgentState, event: StoredEventOf<'result'>): AgentState {
  const calls = state.calls.filter((call) => call.callId !== event.data.callId);
  return onQuestionResult({ ...state, calls }, event);
}
