import type { NewEvent } from '../../../schemas/event.ts';
import { MAX_SHOWN_END } from '../../../schemas/limits.ts';
import { agentEvent, type EventContext } from './agent-event.ts';
import { type AgentState, type EndedAgent, isAwaited } from './agent-state.ts';

/** Nothing is owed to it or by it any more. */
export const isSettled = (state: AgentState): state is EndedAgent =>
  state.phase === 'ended' && state.running === undefined && !isAwaited(state);

/** That it leaves the state: once an end. */
export function archivedEvents(state: EndedAgent, context: EventContext): NewEvent[] {
  const { agentId, createdBy, endedAt, deleted } = state;
  const cause = {
    id: `${agentId}:${endedAt}`,
    causationId: createdBy,
    correlationId: createdBy,
  };
  const data = { endedAt, ...(deleted ? { deleted } : { summary: shown(state) }) };
  return [agentEvent(agentId, 'process.archived', data, cause, context)];
}

/** Lists are made of this alone: none of its other events is read for them. */
const shown = ({ kind, name, owner, project, createdAt, end, counts }: EndedAgent) => ({
  kind,
  ...(name !== undefined && { name }),
  ...(owner && { owner }),
  ...(project && { projectId: project.id }),
  createdAt,
  end: `${end.how}: ${end.detail}`.slice(0, MAX_SHOWN_END).toWellFormed(),
  counts,
});
