import type { StoredEvent } from '../../../schemas/event.ts';

/** Which agent a person's messages go to. */
export interface UserState {
  agentId: string | null;
  /** Every agent that was ever assigned to this person, the newest last. */
  agents: string[];
}

export const initialUser: UserState = { agentId: null, agents: [] };

/** Pure and total. A release of an agent that is no longer the person's own changes nothing. */
export function evolveUser(state: UserState, event: StoredEvent): UserState {
  switch (event.type) {
    case 'user.agent-assigned': {
      const { agentId } = event.data;
      const earlier = state.agents.filter((known) => known !== agentId);
      return { agentId, agents: [...earlier, agentId] };
    }
    case 'user.agent-released':
      return state.agentId === event.data.agentId ? { ...state, agentId: null } : state;
    default:
      return state;
  }
}
