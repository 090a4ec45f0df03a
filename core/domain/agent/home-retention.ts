import type { NewEvent } from '../../../schemas/event.ts';
import { agentEvent, type EventContext } from './agent-event.ts';
import type { AgentState, EndedAgent } from './agent-state.ts';

/** What is next for the files of an agent that has ended. */
export type HomeStep =
  /** Its owner is told when they are removed. */
  | { do: 'tell'; removeAt: string }
  /** That they are removed is stated first: from then on nobody goes on with them. */
  | { do: 'state-removal' }
  /** Nobody goes on with them any more. */
  | { do: 'remove' };

/** The share of the retention that is left when the owner is told. */
const NOTICE = 1 / 10;

/**
 * What is to be done with the home of an agent, now; undefined where that is nothing. Never removed before
 * the day that its owner was told, whatever the setting is meanwhile. Pure.
 */
export function nextHomeStep(
  state: AgentState,
  retentionMs: number,
  now: Date,
): HomeStep | undefined {
  if (state.phase !== 'ended') return undefined;
  if (state.deleted || state.homeRemoved) return { do: 'remove' };
  const noticeMs = retentionMs * NOTICE;
  const end = Date.parse(state.endedAt) + retentionMs;
  if (state.homeDue === undefined) {
    if (now.getTime() < end - noticeMs) return undefined;
    const removeAt = Math.max(end, now.getTime() + noticeMs);
    return { do: 'tell', removeAt: new Date(removeAt).toISOString() };
  }
  const due = Math.max(end, Date.parse(state.homeDue));
  return now.getTime() < due ? undefined : { do: 'state-removal' };
}

/** Nothing is stated of a removal that is stated already. */
export function homeEvents(state: EndedAgent, step: HomeStep, context: EventContext): NewEvent[] {
  const { agentId, createdBy, endedAt } = state;
  const causes = { causationId: createdBy, correlationId: createdBy };
  const cause = { id: `${agentId}:${endedAt}`, ...causes };
  switch (step.do) {
    case 'tell': {
      const data = { endedAt, removeAt: step.removeAt };
      return [agentEvent(agentId, 'process.home-due', data, cause, context)];
    }
    case 'state-removal':
      return [agentEvent(agentId, 'process.home-removed', { endedAt }, cause, context)];
    case 'remove':
      return [];
  }
}
