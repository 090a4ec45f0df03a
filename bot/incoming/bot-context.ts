import type { Context } from 'grammy';
import type { AgentClient, AgentWish } from '../../core/conversation/agent-client.ts';
import type { Views } from '../../core/conversation/views.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { ProjectAnswer, ProjectRequest, ProjectVerb } from '../../schemas/project-requests.ts';
import type { Access } from '../people/access.ts';
import type { Directory, Member } from '../people/directory.ts';
import type { Pairing } from '../people/pairing.ts';
import type { Words } from '../words/words.ts';

/** What handling an update needs, built once. */
export interface BotParts {
  log: EventLog;
  views: Views;
  agentClient: AgentClient;
  /** Asks whoever has the repositories. */
  askProject: <V extends ProjectVerb>(
    verb: V,
    request: ProjectRequest,
    timeoutMs: number,
  ) => Promise<ProjectAnswer<V>>;
  directory: Directory;
  access: Access;
  pairing: Pairing;
  /** What an agent is to be where none is named. */
  wish: AgentWish;
  /** What an agent of each kind is to be. */
  kinds: ReadonlyMap<string, AgentWish>;
  /** Ids of users and groups that were refused since the start, with their names. */
  knocked: Map<string, string>;
}

/** A chat that something is done for, and what is known of it. */
export interface Recipient {
  /** Of the chat: in a private one the user's own. Its agents are the chat's. */
  chatId: string;
  /** The topic of the chat in which it was written, where the chat is a forum. */
  thread?: string | undefined;
  /** The chat as the log knows it. */
  person: Person;
  member: Member;
  words: Words;
  /** The same for the same update, always: what is derived from it happens once. */
  id: string;
  /** Says something to the chat, by the ledger: once for the update and this name. */
  reply: (name: string, text: string, buttons?: readonly ReplyButton[]) => Promise<void>;
}

/** An update that may be handled. */
export interface Incoming extends Recipient {
  /** Who wrote. */
  userId: string;
  isGroup: boolean;
}

export interface ReplyButton {
  text: string;
  data: string;
}

/** grammY's context, and what the gate has found out. */
export type BotContext = Context & { incoming: Incoming };
