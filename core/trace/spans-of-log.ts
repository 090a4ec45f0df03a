import { parseEvent } from '../../schemas/parse-event.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Start } from '../log/pull-session.ts';
import { noSpans } from './open-spans.ts';
import { spansOfEvent } from './spans-of-event.ts';

export interface TraceRange {
  /** Spans that ended before this are left out. */
  from: Start;
  /** Where it ends; with the log as of the call without. */
  to?: Start | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The spans that ended in a part of the log, in the order of their ends. It is read from its beginning, since
 * what ended there may have begun anywhere before. Throws as reading the log does.
 */
export async function* spansOfLog(
  log: EventLog,
  { from, to, signal }: TraceRange,
): AsyncGenerator<TraceSpan, void, undefined> {
  const open = noSpans();
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, signal })) {
    if (to !== undefined && !isBefore(message, to) && !isAt(message, to)) return;
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    const spans = spansOfEvent(open, parsed.event);
    if (!isBefore(message, from)) yield* spans;
  }
}

interface Placed {
  sequence: number;
  time: Date;
}

const isBefore = ({ sequence, time }: Placed, start: Start): boolean =>
  'sequence' in start ? sequence < start.sequence : time < start.time;

const isAt = ({ sequence, time }: Placed, start: Start): boolean =>
  'sequence' in start ? sequence === start.sequence : time.getTime() === start.time.getTime();
