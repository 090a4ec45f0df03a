import { createHash } from 'node:crypto';
import type { StoredEventOf } from '../event.ts';
import { isAgentId } from '../ids.ts';
import { parseSubject } from '../subjects.ts';
import { pythonJson } from './python-json.ts';
import { pythonTime } from './python-time.ts';

export type ResponseEvent = StoredEventOf<
  'response.answer' | 'response.question' | 'response.progress'
>;

/**
 * The fields of a response in `cli-agent:responses`, in the order of the older writers. Two of the
 * three older readers look into `data` (one fails without it) for the reply to a request of theirs:
 * it is there, a JSON object without `request_id`, so that all of them pass it by. It is also what
 * tells an entry of ours from one that a script wrote.
 */
export function responseFields(event: ResponseEvent): string[] {
  const type = event.type.slice('response.'.length);
  const name = type === 'question' ? 'question' : 'message';
  return entryFields(event, { type, [name]: event.data.text }, {});
}

/** A failure that ends what somebody has asked for. */
export type FailureEvent = StoredEventOf<'turn.failed'> | StoredEventOf<'process.rejected'>;

/**
 * A failure as an entry that the older readers show: they know answers, questions and progress, and
 * would hear nothing of it. `data` has its code, by which a newer reader tells it from an answer.
 */
export function failureFields(event: FailureEvent): string[] {
  const { code, reason, cure } = event.data;
  const message = `⚠️ ${reason.replace(/\.$/, '')}. ${cure}${lastWordsOf(event)}`;
  return entryFields(event, { type: 'answer', message }, { failed: code });
}

function lastWordsOf(event: FailureEvent): string {
  const words = event.type === 'turn.failed' ? event.data.lastWords : undefined;
  return words === undefined ? '' : `\n\nNot sent by the agent itself:\n${words}`;
}

function entryFields(
  event: ResponseEvent | FailureEvent,
  own: Record<string, string>,
  ofOurs: Record<string, string>,
): string[] {
  const address = parseSubject(event.subject);
  const agentId = address !== undefined && 'agentId' in address ? address.agentId : '';
  const timestamp = pythonTime(event.time);
  const data = pythonJson({ event_id: event.id, ...ofOurs });
  return Object.entries({ agent_id: agentId, ...own, timestamp, data }).flat();
}

/** An entry of `cli-agent:responses` that an agent's script wrote. */
export interface ForeignResponse {
  agentId: string;
  name: 'answer' | 'question' | 'progress';
  text: string;
}

export type ForeignEntry =
  | { kind: 'response'; response: ForeignResponse }
  /** An entry that this system wrote, or a reply of the older spawner: nobody's response. */
  | { kind: 'other' }
  | { kind: 'invalid'; reason: string };

/**
 * Reads an entry as a script wrote it: `redis-cli XADD …`. The time that it may state is left out,
 * for what an agent says has the broker's.
 */
export function parseForeignEntry(fields: Readonly<Record<string, string>>): ForeignEntry {
  if (fields.data !== undefined) return { kind: 'other' };
  const { agent_id: agentId = '', type = '' } = fields;
  if (!isAgentId(agentId)) {
    return { kind: 'invalid', reason: `agent_id ${JSON.stringify(agentId)} is none of ours` };
  }
  if (type !== 'answer' && type !== 'question' && type !== 'progress') {
    return { kind: 'invalid', reason: `there is no type ${JSON.stringify(type)}` };
  }
  const text = type === 'question' ? (fields.question ?? fields.message) : fields.message;
  if (!text) return { kind: 'invalid', reason: `${type} without text` };
  return { kind: 'response', response: { agentId, name: type, text } };
}

/** An entry as it was read from `cli-agent:responses` of one life of a Redis. */
export interface ReadEntry {
  life: string;
  entryId: string;
  fields: Readonly<Record<string, string>>;
}

/**
 * The event id of a foreign entry: the same whenever it is read again. Entry ids are unique in one
 * life of a Redis only, and after the loss of its last seconds perhaps not even there: so its life
 * and its content are part of it. It begins with its agent's id, as all that agents say does.
 */
export function foreignEventId(agentId: string, { life, entryId, fields }: ReadEntry): string {
  const content = createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
  return `${agentId}_redis-${life}-${entryId}-${content}`;
}

/**
 * An entry's id is milliseconds and a number of its own within them. The bounds keep the ids that
 * Redis gives out after it: an agent may state an event of this form itself.
 */
const FOREIGN_ID = /^agent-[0-9a-f]{12}_redis-[0-9a-f]+-((\d{1,14})-\d{1,15})-[0-9a-f]{12}$/;

/** The clocks of Redis and of the broker may be this far apart. */
const CLOCKS_APART_MS = 60 * 60_000;

/**
 * Which entry an event was read from; undefined where it is an event of ours. The id's form tells:
 * an agent that states one itself keeps its own word out of Redis, and no more than that.
 */
export function foreignEntryOf(event: ResponseEvent): string | undefined {
  const [, entry, milliseconds] = FOREIGN_ID.exec(event.id) ?? [];
  const isOfLater = Number(milliseconds) > Date.parse(event.time) + CLOCKS_APART_MS;
  return isOfLater ? undefined : entry;
}
