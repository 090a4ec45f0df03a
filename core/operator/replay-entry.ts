import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { historyEntry } from './history-entry.ts';

/** What happened, as one line of a replay has it. */
export interface ReplayEntry {
  time: string;
  stream: 'EVENTS' | 'LOGS';
  sequence: number;
  /** An agent, or what else it is of: `jobs.job_1`. */
  of: string;
  /** `message`, `answer`, `stdout` of a talk; of a fact its type. */
  kind: string;
  text: string;
}

/** What was said as it was said; of other facts what they state. Pure. */
export function replayEntry(message: StoredMessage): ReplayEntry {
  const said = historyEntry(message);
  if (said !== undefined) {
    const { time, stream, sequence, agentId, kind, text } = said;
    return { time, stream, sequence, of: agentId, kind, text };
  }
  const { sequence, subject } = message;
  const parsed = parseEvent(message);
  const address = parseSubject(subject);
  const of = address && 'agentId' in address ? address.agentId : ownerOf(subject);
  const text =
    parsed.kind === 'event' ? JSON.stringify(parsed.event.data) : 'no event of this version';
  const kind = message.header('ce-type') ?? subject;
  return { time: message.time.toISOString(), stream: 'EVENTS', sequence, of, kind, text };
}

/** `deliveries.telegram.<id>` of an event of a delivery: all but its last word. */
const ownerOf = (subject: string): string => subject.slice(0, subject.lastIndexOf('.'));
