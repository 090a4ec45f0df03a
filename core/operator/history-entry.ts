import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { StoredMessage } from '../log/stored-message.ts';

/** Something that was said, called or printed. */
export interface HistoryEntry {
  time: string;
  /** The stream in which it stands at this sequence. */
  stream: 'EVENTS' | 'LOGS';
  sequence: number;
  agentId: string;
  kind: HistoryKind;
  text: string;
  /** Of the event; absent for a line of output. */
  id?: string;
}

export type HistoryKind =
  | 'message'
  | 'answer'
  | 'question'
  | 'progress'
  | 'call'
  | 'result'
  | 'failed'
  | 'stdout'
  | 'stderr';

/** The subjects below an agent's that have entries, by stream. */
const SUBJECTS = {
  EVENTS: ['command.send', 'response.*', 'tool.*.*', 'result.*', 'turn.failed'],
  LOGS: ['log.*'],
} as const;

/** What of a stream has entries; of all agents without one. */
export const historyFilter = (stream: HistoryEntry['stream'], agentId = '*'): string[] =>
  SUBJECTS[stream].map((subject) => `agents.${agentId}.${subject}`);

/** The entry of a stored message; undefined for all else. Pure. */
export function historyEntry(message: StoredMessage): HistoryEntry | undefined {
  const address = parseSubject(message.subject);
  if (address === undefined || !('agentId' in address)) return undefined;
  const { agentId } = address;
  const { sequence } = message;
  const place = { time: message.time.toISOString(), sequence, agentId };
  if (address.family === 'log') {
    const kind = address.name;
    return { ...place, stream: 'LOGS', kind, text: Buffer.from(message.payload).toString() };
  }
  const parsed = parseEvent(message);
  const said = parsed.kind === 'event' ? saidBy(parsed.event) : undefined;
  if (parsed.kind !== 'event' || said === undefined) return undefined;
  return { ...place, stream: 'EVENTS', id: parsed.event.id, ...said };
}

function saidBy(event: StoredEvent): Pick<HistoryEntry, 'kind' | 'text'> | undefined {
  switch (event.type) {
    case 'command.send':
      return { kind: 'message', text: event.data.text };
    case 'response.answer':
      return { kind: 'answer', text: event.data.text };
    case 'response.question':
      return { kind: 'question', text: event.data.text };
    case 'response.progress':
      return { kind: 'progress', text: event.data.text };
    case 'turn.failed':
      return { kind: 'failed', text: `${event.data.code}: ${event.data.reason}` };
    case 'result':
      return { kind: 'result', text: resultText(event.data) };
    default:
      return event.type.startsWith('tool.') ? callOf(event) : undefined;
  }
}

const resultText = (data: Extract<StoredEvent, { type: 'result' }>['data']): string =>
  data.ok ? JSON.stringify(data.value ?? null) : `${data.error.code}: ${data.error.message}`;

/** `project create {"name":"shop"}`. */
function callOf({ subject, data }: StoredEvent): Pick<HistoryEntry, 'kind' | 'text'> {
  const [tool = '', verb = ''] = subject.split('.').slice(3);
  return { kind: 'call', text: `${tool} ${verb} ${JSON.stringify(data)}` };
}
