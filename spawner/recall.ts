import { type AgentState, type PendingRefusal, waiting } from '../core/domain/agent/agent-state.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { agentFromLog } from '../core/projection/agent-from-log.ts';
import { subjectOf } from '../schemas/subjects.ts';

/**
 * The state that an agent's events are decided on. Where something comes for an agent that was
 * archived, the fold knows of no more than of an id that nobody created, or that is created anew; the
 * log knows how it ended. What waits is what the fold has as waiting; a `create` waits with it.
 */
export async function recalled(
  state: AgentState,
  log: EventLog,
  signal: AbortSignal,
): Promise<AgentState> {
  if (state.phase !== 'unknown' && state.phase !== 'requested') return state;
  const { agentId } = state;
  const archived = subjectOf({ family: 'process', agentId, name: 'archived' });
  if ((await log.last('EVENTS', archived)) === undefined) return state;
  const past = await agentFromLog(log, agentId, signal);
  if (past?.phase !== 'ended') return state;
  return { ...past, ...waiting(state), controls: [...created(state), ...state.controls] };
}

const created = (state: AgentState): PendingRefusal[] =>
  state.phase === 'requested' ? [{ commandId: state.createdBy, name: 'create' }] : [];
