import type { StoredEvent } from '../../../schemas/event.ts';
import {
  type AgentChannel,
  agentChannel,
  agentUserKey,
  userAgentKey,
} from '../../../schemas/redis/keys.ts';
import { type Json, pythonJson } from '../../../schemas/redis/python-json.ts';
import {
  type FailureEvent,
  failureFields,
  foreignEntryOf,
  type ResponseEvent,
  responseFields,
} from '../../../schemas/redis/response-entry.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import type { MirrorOp } from './mirror-op.ts';

export interface EventOpsContext {
  /** When the broker stored it. */
  storedAt: Date;
  /**
   * It is history in this life of Redis: nobody waits for it; its lookups, and what scripts had
   * written of it, are there.
   */
  quiet: boolean;
}

/** What an event comes to in Redis. Pure. */
export function eventOps(event: StoredEvent, { storedAt, quiet }: EventOpsContext): MirrorOp[] {
  const lasting = lastingOps(event, storedAt);
  if (!quiet) return [...lasting, ...publications(event)];
  return lasting.filter((op) => op.do === 'respond' && op.unless === undefined);
}

/**
 * What an event comes to in the history of a Redis that lost its memory: what readers could have
 * read there before. That is what scripts had written, and what the mirror had, up to `mirrored`.
 */
export function historyOps(event: StoredEvent, storedAt: Date, mirrored: number): MirrorOp[] {
  return lastingOps(event, storedAt).flatMap((op): MirrorOp[] => {
    if (op.do !== 'respond') return [];
    const { unless, ...entry } = op;
    return unless !== undefined || event.sequence <= mirrored ? [entry] : [];
  });
}

function lastingOps(event: StoredEvent, storedAt: Date): MirrorOp[] {
  switch (event.type) {
    case 'response.answer':
    case 'response.question':
    case 'response.progress':
      return [respond(event, storedAt)];
    case 'turn.failed':
      return [failure(event, storedAt)];
    case 'process.rejected':
      // Of a message; who gave another command had its reply.
      return event.correlationId === undefined ? [] : [failure(event, storedAt)];
    case 'user.agent-assigned':
      return onTelegram(event, (userId) => lookupOps(userId, event.data.agentId));
    case 'user.agent-released':
      // The agent keeps its user: what it still says is for the same person.
      return onTelegram(event, (userId) => [
        { do: 'unset', key: userAgentKey(userId), value: event.data.agentId },
      ]);
    default:
      return [];
  }
}

function respond(event: ResponseEvent, storedAt: Date): MirrorOp {
  const entry = foreignEntryOf(event);
  const fields = responseFields(event);
  if (entry !== undefined) return { do: 'respond', id: entry, fields, unless: entry };
  return { do: 'respond', id: entryId(event, storedAt), fields };
}

const failure = (event: FailureEvent, storedAt: Date): MirrorOp => ({
  do: 'respond',
  id: entryId(event, storedAt),
  fields: failureFields(event),
});

const entryId = ({ sequence }: StoredEvent, storedAt: Date): string =>
  `${storedAt.getTime()}-${sequence}`;

/** Which agent a user's messages go to, and whose an agent is. */
export const lookupOps = (userId: string, agentId: string): MirrorOp[] => [
  { do: 'set', key: userAgentKey(userId), value: agentId },
  { do: 'set', key: agentUserKey(agentId), value: userId },
];

function onTelegram(event: StoredEvent, ops: (userId: string) => MirrorOp[]): MirrorOp[] {
  const address = parseSubject(event.subject);
  return address?.family === 'user' && address.channel === 'telegram' ? ops(address.userId) : [];
}

/** What the older spawner published of it. */
function publications(event: StoredEvent): MirrorOp[] {
  switch (event.type) {
    case 'process.ready':
      return status(event, 'created');
    case 'process.deleted':
      return status(event, 'deleted');
    case 'process.stopped':
      return event.data.reason === 'ttl' ? status(event, 'expired') : [];
    case 'process.command-run': {
      const { exitCode, output } = event.data;
      return publish(event, 'command_exit', { exit_code: exitCode, output });
    }
    case 'command.send':
      return publish(event, 'message', { role: 'user', content: event.data.text });
    case 'response.answer':
    case 'response.question':
      return [
        ...publish(event, 'response', { data: event.data.text }),
        ...publish(event, 'message', { role: 'assistant', content: event.data.text }),
      ];
    default:
      return [];
  }
}

const status = (event: StoredEvent, state: string): MirrorOp[] =>
  publish(event, 'status', { state });

function publish(event: StoredEvent, type: AgentChannel, rest: { [name: string]: Json }) {
  const address = parseSubject(event.subject);
  if (address === undefined || !('agentId' in address)) return [];
  const channel = agentChannel(address.agentId, type);
  return [{ do: 'publish' as const, channel, message: pythonJson({ type, ...rest }) }];
}
