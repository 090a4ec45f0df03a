import { parseEvent } from '../../schemas/parse-event.ts';
import type { EventLog } from '../log/event-log.ts';
import { ACTIVITY_FILTERS, type Activity, ActivityCounts } from './activity.ts';

/** How much happened since a time, read from the log. Throws as reading the log does. */
export async function readActivity(
  log: EventLog,
  { from, to, stretchMs }: { from: Date; to: Date; stretchMs: number },
  signal?: AbortSignal,
): Promise<Activity> {
  const counts = new ActivityCounts({ from, to, stretchMs });
  const range = { stream: 'EVENTS', from: { time: from }, filter: ACTIVITY_FILTERS } as const;
  for await (const message of log.read({ ...range, signal })) {
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') counts.take(parsed.event);
  }
  return counts.activity;
}
