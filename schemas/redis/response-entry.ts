import { createHash } from 'node:crypto';
import type { StoredEventOf } from '../event.ts';
import { isAgentId } from '../ids.ts';
import { parseSubject } from '../subjects.ts';
import { pythonJson } from './python-json.ts';
import { pythonTime } from './python-time.ts';

export type ResponseEvent = StoredEventOf<
  'response.answer' | 'response.question' | 'response.progress'
>;

/** `ce-source` of what older scripts wrote straight into the stream. */
export const FOREIGN_SOURCE = 'orchestrator/redis';

/**
 * The fields of a response in `cli-agent:responses`, in the order of the older writers. Two of the
 * three older readers look into `data` (one fails without it) for the reply to a request of theirs:
 * it is there, a JSON object without `request_id`, so that all of them pass it by. It is also what
 * tells an entry of ours from one that a script wrote.
 */
export function responseFields(event: ResponseEvent): string[] {
  const address = parseSubject(event.subject);
  const agentId = address !== undefined && 'agentId' in address ? address.agentId : '';
  const type = event.type.slice('response.'.length);
  const name = type === 'question' ? 'question' : 'message';
  const fields = { agent_id: agentId, type, [name]: event.data.text };
  const timestamp = pythonTime(event.time);
  return Object.entries({ ...fields, timestamp, data: pythonJson({ event_id: event.id }) }).flat();
}

/** An entry of `cli-agent:responses` that an agent's script wrote. */
export interface ForeignResponse {
  agentId: string;
  name: 'answer' | 'question' | 'progress';
  text: string;
  /** RFC 3339, UTC. */
  time: string;
}

export type ForeignEntry =
  | { kind: 'response'; response: ForeignResponse }
  /** Of this system, or a reply of the older spawner: nobody's response. */
  | { kind: 'other' }
  | { kind: 'invalid'; reason: string };

/** Reads an entry as a script wrote it: `redis-cli XADD …`, with either form of the time or none. */
export function parseForeignEntry(
  entryId: string,
  fields: Readonly<Record<string, string>>,
): ForeignEntry {
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
  const time = timeOf(fields.timestamp, entryId);
  return { kind: 'response', response: { agentId, name: type, text, time } };
}

/** Without a time that can be read, when Redis stored it: the first part of the entry's id. */
function timeOf(timestamp: string | undefined, entryId: string): string {
  const stated = Date.parse(timestamp ?? '');
  const stored = Number(entryId.split('-')[0]);
  return new Date(Number.isNaN(stated) ? stored : stated).toISOString();
}

/**
 * The event id of a foreign entry: the same whenever it is read again. Entry ids are unique in one
 * life of a Redis only, and after the loss of its last seconds perhaps not even there: so its life
 * and its content are part of it.
 */
export function foreignEventId(
  life: string,
  entryId: string,
  fields: Readonly<Record<string, string>>,
): string {
  const content = createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
  return `redis-${life}-${entryId}-${content}`;
}

const FOREIGN_ID = /^redis-[0-9a-f]+-(\d+-\d+)-[0-9a-f]{12}$/;

/** Which entry an event was read from; undefined where it is an event of ours. */
export const foreignEntryOf = (event: ResponseEvent): string | undefined =>
  event.source === FOREIGN_SOURCE ? FOREIGN_ID.exec(event.id)?.[1] : undefined;
