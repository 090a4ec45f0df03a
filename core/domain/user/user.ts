import type { StoredEvent, StoredEventOf } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import type { Fragment } from '../../../schemas/events/user.ts';

/** What a message does while the agent works. */
export type QueueMode = DataOf<'user.mode-chosen'>['mode'];

/** What the log says of a person, or a group, of a channel. */
export interface UserState {
  /** The agent that messages go to. */
  agentId: string | null;
  /** The agents that were assigned to this person, the newest last: the last 1,000. */
  agents: string[];
  /** An admin's word; undefined where none has said anything. */
  allowed?: boolean;
  /** Undefined where none was chosen. */
  mode?: QueueMode;
  /** The project that new agents begin in. */
  projectId?: string;
  name?: string;
  /** IETF language tag. */
  language?: string;
  /** Pieces that are not joined yet, in the order in which they were heard. */
  fragments?: readonly HeardFragment[];
  /** The last event that said which were joined. */
  joinedAt?: number;
  /** The id that the channel has for this chat now. */
  movedTo?: string;
}

export interface HeardFragment extends Fragment {
  id: string;
}

/** So many of a person's agents are kept in mind. */
const MAX_AGENTS = 1_000;

/** So many pieces of what a person said are kept; whoever hears them joins them long before. */
export const MAX_FRAGMENTS = 1_000;

/** So many people are kept in mind, of whom nothing is said that must hold. */
export const MAX_PEOPLE = 10_000;

/** Nothing that was chosen for this person or by this person is lost by forgetting. */
export const isForgettable = ({
  agentId,
  allowed,
  mode,
  projectId,
  fragments,
  movedTo,
}: UserState): boolean =>
  agentId === null &&
  allowed === undefined &&
  mode === undefined &&
  projectId === undefined &&
  fragments === undefined &&
  movedTo === undefined;

export const initialUser: UserState = { agentId: null, agents: [] };

/** Pure and total. A release of an agent that is no longer the person's own changes nothing. */
export function evolveUser(state: UserState, event: StoredEvent): UserState {
  switch (event.type) {
    case 'user.agent-assigned': {
      const { agentId } = event.data;
      const earlier = state.agents.filter((known) => known !== agentId);
      return { ...state, agentId, agents: [...earlier, agentId].slice(-MAX_AGENTS) };
    }
    case 'user.agent-released':
      return state.agentId === event.data.agentId ? { ...state, agentId: null } : state;
    case 'user.allowed':
      return { ...state, allowed: true };
    case 'user.denied':
      return { ...state, allowed: false };
    case 'user.mode-chosen':
      return { ...state, mode: event.data.mode };
    case 'user.project-chosen': {
      const { projectId: _before, ...rest } = state;
      const { projectId } = event.data;
      return { ...rest, ...(projectId !== undefined && { projectId }) };
    }
    case 'user.introduced': {
      const { name, language } = event.data;
      return { ...state, name, ...(language !== undefined && { language }) };
    }
    case 'user.fragment-heard': {
      if ((state.fragments?.length ?? 0) >= MAX_FRAGMENTS) return state;
      const fragment = { ...event.data, id: event.id.slice(`${event.type}:`.length) };
      return { ...state, fragments: [...(state.fragments ?? []), fragment] };
    }
    case 'user.fragments-joined':
      return joined(state, event);
    case 'user.moved':
      return { ...state, movedTo: event.data.to };
    default:
      return state;
  }
}

function joined(state: UserState, event: StoredEventOf<'user.fragments-joined'>): UserState {
  const { fragments = [], ...rest } = state;
  const left = fragments.filter(({ id }) => !event.data.fragments.includes(id));
  return { ...rest, joinedAt: event.sequence, ...(left.length > 0 && { fragments: left }) };
}
