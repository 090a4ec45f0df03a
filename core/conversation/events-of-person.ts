import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { MessageSource } from '../../schemas/events/message-source.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { type EventMeta, newEvent } from '../../schemas/new-event.ts';
import { entranceTraceparent } from '../../schemas/trace-context.ts';
import { personName } from './person.ts';

/** What a message is, beside its text. */
export interface SendOptions {
  from: Person;
  /** Where in the person's channel it was said. */
  thread?: string | undefined;
  /** The command's id; a fresh one without. */
  id?: string | undefined;
  /** The id is derived from a cause, such as a chat's update: it is stored once, for ever. */
  once?: boolean | undefined;
  mode?: DataOf<'command.send'>['mode'] | undefined;
  /** The question (its event's id) that this answers. */
  answers?: string | undefined;
  files?: readonly FileReference[] | undefined;
  /** The channel's own messages that it was made from. */
  sources?: readonly MessageSource[] | undefined;
  /**
   * Stored with the message, both or neither: what makes the message be sent once. Where something
   * else is the last of its subject than `after` (a sequence), that was done already.
   */
  alongside?: { event: NewEvent; after: number } | undefined;
}

/** An agent's first message, and everything of its `create` but its owner. */
type Wish = Omit<DataOf<'command.create'>, 'owner'> & {
  first?: string | undefined;
  /** Of a what-if: its message. */
  say?: { text: string; files?: readonly FileReference[] | undefined } | undefined;
};

/** The assignment comes last: whoever has read it has read the creation too. */
export function creation(agentId: string, person: Person, wish: Wish): NewEvent[] {
  const id = createdId(agentId);
  const cause = { correlationId: id, causationId: id };
  return [
    ...created(agentId, wish, person),
    assignment(agentId, person, `user.agent-assigned:${agentId}`, cause),
  ];
}

/** An agent, and its first message where it has one; nobody's without an owner. */
export function created(agentId: string, wish: Wish, owner: Person | undefined): NewEvent[] {
  const { kind, name, ttlMs, turnDeadlineMs, commandLine, model, effort, project } = wish;
  const { allowedTools, forkedFrom, whatIf, first, say } = wish;
  const data = {
    kind,
    ...(name !== undefined && { name }),
    ...(owner && { owner }),
    ttlMs,
    turnDeadlineMs,
    ...(commandLine && { commandLine }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(project && { project }),
    ...(allowedTools && { allowedTools }),
    ...(forkedFrom && { forkedFrom }),
    ...(whatIf && { whatIf }),
  };
  const create = newEvent('command.create', { agentId }, data, asked(owner, createdId(agentId)));
  const send = (id: string, message: Omit<DataOf<'command.send'>, 'from'>) => {
    const meta = { ...asked(owner, id), causationId: create.id };
    const said = { ...message, ...(owner && { from: owner }) };
    return newEvent('command.send', { agentId }, said, meta);
  };
  return [
    create,
    ...(first === undefined ? [] : [send(firstMessageId(agentId), { text: first, mode: 'join' })]),
    // It is for a turn of its own.
    ...(whatIf && say
      ? [
          send(whatIf.messageId, {
            text: say.text,
            mode: 'wait',
            ...(say.files && { files: [...say.files] }),
          }),
        ]
      : []),
  ];
}

const createdId = (agentId: string): string => `create:${agentId}`;

/** Of what an agent is told when it is made. */
export const firstMessageId = (agentId: string): string => `first:${agentId}`;

export const assignment = (
  agentId: string,
  person: Person,
  id: string,
  cause: Pick<EventMeta, 'correlationId' | 'causationId'> = {},
) => {
  // It is of no message, so of no trace of its own.
  const meta = { ...asked(person, id), traceparent: undefined, ...cause };
  return newEvent('user.agent-assigned', person, { agentId }, meta);
};

/** A message of a person to an agent. */
export function sendCommand(agentId: string, text: string, id: string, options: SendOptions) {
  const { from, thread, mode = 'join', answers, files, sources } = options;
  const data = {
    text,
    from,
    mode,
    ...(thread !== undefined && { thread }),
    ...(answers !== undefined && { answers }),
    ...(files && { files: [...files] }),
    ...(sources && { sources: [...sources] }),
  };
  return newEvent('command.send', { agentId }, data, asked(from, id));
}

export const controlCommand = (
  agentId: string,
  name: 'interrupt' | 'stop' | 'undo',
  from: Person,
  id: string,
): NewEvent =>
  name === 'stop'
    ? newEvent('command.stop', { agentId }, { reason: 'asked', from }, asked(from, id))
    : newEvent(`command.${name}`, { agentId }, { from }, asked(from, id));

/** What a person asks begins with itself. */
export const asked = (from: Person | undefined, id: string): EventMeta => ({
  id,
  source: from === undefined ? 'orchestrator/operator' : `orchestrator/${personName(from)}`,
  now: new Date(),
  correlationId: id,
  traceparent: entranceTraceparent(id),
});
