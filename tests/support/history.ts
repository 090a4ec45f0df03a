import type { EventLog } from '../../core/log/event-log.ts';
import { untilReachable } from '../../core/log/until-reachable.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import { parseEvent } from '../../schemas/parse-event.ts';

/** Every event of the log so far, in order, with all that agents had said by now. */
export async function history(log: EventLog, filter?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  const from = { sequence: 1 };
  const patience = { patienceMs: 30_000 };
  await untilReachable(log.connection, patience, () => log.heard('agents.>'));
  for await (const message of log.read({ stream: 'EVENTS', from, ...(filter && { filter }) })) {
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') events.push(parsed.event);
  }
  return events;
}

/** Those of one type. */
export function ofType<T extends EventType>(
  events: readonly StoredEvent[],
  type: T,
): Extract<StoredEvent, { type: T }>[] {
  return events.filter((event): event is Extract<StoredEvent, { type: T }> => event.type === type);
}

/** Of an event that does not come, so many that came instead are told. */
const SHOWN = 8;

/** Only what never comes takes as long: on a busy machine a system, a bot and an agent may start first. */
export const EVENT_PATIENCE_MS = 90_000;

/** Follows the log until an event fits, from the beginning; rejects when `signal` aborts. */
export async function untilEvent(
  log: EventLog,
  fits: (event: StoredEvent) => boolean,
  signal: AbortSignal = AbortSignal.timeout(EVENT_PATIENCE_MS),
): Promise<StoredEvent> {
  const seen: StoredEvent[] = [];
  for await (const { messages } of log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
    signal,
  })) {
    for (const message of messages) {
      const parsed = parseEvent(message);
      if (parsed.kind !== 'event') continue;
      if (fits(parsed.event)) return parsed.event;
      seen.push(parsed.event);
    }
  }
  const last = seen.slice(-SHOWN).map(({ type, data }) => `${type} ${JSON.stringify(data)}`);
  throw new Error(`the event did not come in time, but: ${last.join('; ') || 'none'}`);
}

/** The lines of an agent's log that are still kept, in order. */
export async function logLines(
  log: EventLog,
  agentId: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<string[]> {
  const lines: string[] = [];
  const filter = `agents.${agentId}.log.${stream}`;
  for await (const message of log.read({ stream: 'LOGS', from: { sequence: 1 }, filter })) {
    lines.push(Buffer.from(message.payload).toString());
  }
  return lines;
}

/** Resolves when an agent has printed a line. */
export async function untilLogLine(log: EventLog, agentId: string, wanted: string): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  const filter = `agents.${agentId}.log.stdout`;
  const from = { sequence: 1 };
  for await (const { messages } of log.follow({ stream: 'LOGS', from, filter, signal })) {
    if (messages.some(({ payload }) => Buffer.from(payload).toString() === wanted)) return;
  }
  throw new Error(`the agent did not print ${JSON.stringify(wanted)} in time`);
}
