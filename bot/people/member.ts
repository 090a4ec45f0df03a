import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { Fragment } from '../../schemas/events/user.ts';

export type QueueMode = DataOf<'user.mode-chosen'>['mode'];

/** What the log says of a person, or a group, of the channel. */
export interface Member {
  /** An admin's word; undefined where none has said anything. */
  allowed?: boolean;
  mode: QueueMode;
  name?: string;
  /** IETF language tag. */
  language?: string;
  /** The agent that messages go to. */
  agentId: string | null;
  /** The last one that they went to, which may have ended. */
  lastAgentId?: string;
  /** Pieces that are not joined yet, in the order in which they were heard. */
  fragments?: readonly HeardFragment[];
  /** The last event that said which were joined; 0 for none. */
  joinedAt: number;
  /** The id that the channel has for this chat now. */
  movedTo?: string;
}

export interface HeardFragment extends Fragment {
  id: string;
}

export const newMember: Member = { mode: 'join', agentId: null, joinedAt: 0 };

/** Pure and total. */
export function evolveMember(member: Member, event: StoredEvent): Member {
  switch (event.type) {
    case 'user.allowed':
      return { ...member, allowed: true };
    case 'user.denied':
      return { ...member, allowed: false };
    case 'user.mode-chosen':
      return { ...member, mode: event.data.mode };
    case 'user.introduced': {
      const { name, language } = event.data;
      return { ...member, name, ...(language !== undefined && { language }) };
    }
    case 'user.agent-assigned':
      return { ...member, agentId: event.data.agentId, lastAgentId: event.data.agentId };
    case 'user.agent-released':
      return member.agentId === event.data.agentId ? { ...member, agentId: null } : member;
    case 'user.fragment-heard': {
      const fragment = { ...event.data, id: event.id.slice(`${event.type}:`.length) };
      return { ...member, fragments: [...(member.fragments ?? []), fragment] };
    }
    case 'user.fragments-joined':
      return joined(member, event);
    case 'user.moved':
      return { ...member, movedTo: event.data.to };
    default:
      return member;
  }
}

function joined(member: Member, event: StoredEventOf<'user.fragments-joined'>): Member {
  const { fragments = [], ...rest } = member;
  const left = fragments.filter(({ id }) => !event.data.fragments.includes(id));
  return { ...rest, joinedAt: event.sequence, ...(left.length > 0 && { fragments: left }) };
}
