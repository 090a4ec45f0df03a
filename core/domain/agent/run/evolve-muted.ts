import type { StoredEventOf } from '../../../../schemas/event.ts';
import { type AgentState, isLive } from '../agent-state.ts';
import { withoutAskers } from '../turn/evolve-questions.ts';

/** Whoever waits for an answer is told so, and waits no more. */
export function onMuted(state: AgentState, event: StoredEventOf<'process.muted'>): AgentState {
  const { runId, code, reason, cure, until } = event.data;
  if (!isLive(state) || state.run.runId !== runId) return state;
  const muted = { at: event.time, code, reason, cure, ...(until !== undefined && { until }) };
  const turn = state.turn && { ...state.turn, muted: reason };
  return withoutAskers({ ...state, muted, turn });
}

/** Its minute begins anew: whose clock said that it is over plays no part. */
export function onUnmuted(state: AgentState, event: StoredEventOf<'process.unmuted'>): AgentState {
  if (!isLive(state) || state.run.runId !== event.data.runId || !state.muted) return state;
  const { muted: _muted, said, ...rest } = state;
  if (said === undefined) return rest;
  const { minute: _minute, ...inAll } = said;
  return { ...rest, said: inAll };
}
