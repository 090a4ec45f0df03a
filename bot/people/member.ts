import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';

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
}

export const newMember: Member = { mode: 'join', agentId: null };

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
      return { ...member, agentId: event.data.agentId };
    case 'user.agent-released':
      return member.agentId === event.data.agentId ? { ...member, agentId: null } : member;
    default:
      return member;
  }
}
