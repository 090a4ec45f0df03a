import type { NewEvent } from '../../../schemas/event.ts';
import { agentEvent, type EventContext } from './agent-event.ts';
import { type AgentState, type EndedAgent, isAwaited } from './agent-state.ts';

/** Nothing is owed to it or by it any more. */
export const isSettled = (state: AgentState): state is EndedAgent =>
  state.phase === 'ended' && state.running === undefined && !isAwaited(state);

/** That it leaves the state: once an end. */
export function archivedEvents(
  { agentId, createdBy, endedAt }: EndedAgent,
  context: EventContext,
): NewEvent[] {
  const cause = {
    id: `${agentId}:${endedAt}`,
    causationId: createdBy,
    correlationId: createdBy,
  };
  return [agentEvent(agentId, 'process.archived', { endedAt }, cause, context)];
}
