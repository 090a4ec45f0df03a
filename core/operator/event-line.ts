import { parseEvent } from '../../schemas/parse-event.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import type { Because } from '../conversation/turn-causes.ts';
import type { StoredMessage } from '../log/stored-message.ts';

/** A stored message as one readable line: when, where in its stream, subject, and what it holds. */
export function eventLine(message: StoredMessage): string {
  const what = visibleLine(Buffer.from(message.payload).toString());
  const subject = visibleLine(message.subject);
  return `${message.time.toISOString()} ${message.sequence} ${subject} ${what}\n`;
}

/**
 * The same for a program: one JSON object. `because`: what it was stated because of, where its reader
 * knows better than it says; `refused`: why it counts for nobody, if it does not.
 */
export function eventJson(message: StoredMessage, because?: Because, refused?: string): string {
  const shown = {
    time: message.time.toISOString(),
    sequence: message.sequence,
    subject: message.subject,
    ...attributes(message),
    ...because,
    ...(refused !== undefined && { invalid: refused }),
  };
  try {
    return `${JSON.stringify({ ...shown, data: dataOf(message) })}\n`;
  } catch {
    // JSON can be nested deeper than it can be written again: it is shown as it came.
    return `${JSON.stringify({ ...shown, data: textOf(message) })}\n`;
  }
}

const textOf = ({ payload }: StoredMessage): string => Buffer.from(payload).toString();

/** As readers take them: an agent may state anything. Of what is no event, as they were stated. */
function attributes(message: StoredMessage) {
  const parsed = parseEvent(message);
  if (parsed.kind === 'event') {
    const { id, type, source, correlationId, causationId } = parsed.event;
    return { id, type, source, correlationId, causationId };
  }
  const stated = (name: string) => message.header(`ce-${name}`);
  return {
    id: stated('id'),
    type: stated('type'),
    source: stated('source'),
    correlationId: stated('correlationid'),
    causationId: stated('causationid'),
    // Of a newer version, or a log line.
    ...(parsed.kind === 'invalid' && isEvent(message) && { invalid: parsed.reason }),
  };
}

const isEvent = ({ subject }: StoredMessage): boolean =>
  !subject.includes('.log.') && !subject.startsWith('schedules.');

/** JSON of an event; the text of a log line. */
function dataOf(message: StoredMessage): unknown {
  const text = textOf(message);
  if (message.subject.includes('.log.')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
