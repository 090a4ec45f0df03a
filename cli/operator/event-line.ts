import type { StoredMessage } from '../../core/log/stored-message.ts';
import { visibleLine } from '../../schemas/visible-text.ts';

const ATTRIBUTES = ['id', 'type', 'source', 'correlationid', 'causationid'] as const;

/** A stored message as one readable line: when, where in its stream, subject, and what it holds. */
export function eventLine(message: StoredMessage): string {
  const what = visibleLine(Buffer.from(message.payload).toString());
  return `${message.time.toISOString()} ${message.sequence} ${message.subject} ${what}\n`;
}

/** The same for a program: one JSON object. */
export function eventJson(message: StoredMessage): string {
  const attributes = ATTRIBUTES.map((name) => [JSON_NAMES[name], message.header(`ce-${name}`)]);
  return `${JSON.stringify({
    time: message.time.toISOString(),
    sequence: message.sequence,
    subject: message.subject,
    ...Object.fromEntries(attributes),
    data: dataOf(message),
  })}\n`;
}

const JSON_NAMES: Record<(typeof ATTRIBUTES)[number], string> = {
  id: 'id',
  type: 'type',
  source: 'source',
  correlationid: 'correlationId',
  causationid: 'causationId',
};

/** JSON of an event; the text of a log line. */
function dataOf({ subject, payload }: StoredMessage): unknown {
  const text = Buffer.from(payload).toString();
  if (subject.includes('.log.')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
