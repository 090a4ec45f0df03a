import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { mergeByTime } from './merge-by-time.ts';
import { type NamedPlace, placeInLog } from './place-in-log.ts';

/** A part of the log, from its first event to its last; all of it without. */
export interface NamedRange {
  from?: NamedPlace | undefined;
  to?: NamedPlace | undefined;
}

/** The same as places of EVENTS, and as the times of those: what is beside it has sequences of its own. */
export interface PlacedRange {
  first: number;
  until: number;
  start: Date | undefined;
  end: Date | undefined;
}

/** What is read of each stream. */
export interface Filters {
  events?: string | readonly string[] | undefined;
  lines: string | readonly string[] | undefined;
}

/**
 * What stands in a part of the log, events and output, in the order of time; up to their ends as of the call. Output
 * has sequences of its own: only its times say what of it belongs there, and LOGS keeps the last alone. Throws as
 * {@link placeInLog} does, and as reading the log does.
 */
export async function* readRange(
  log: EventLog,
  { from, to }: NamedRange,
  filters: Filters,
  signal?: AbortSignal,
): AsyncGenerator<StoredMessage, void, undefined> {
  const { first, until, start, end } = await rangeOf(log, { from, to }, signal);
  const events = log.read({
    stream: 'EVENTS',
    from: { sequence: first },
    until,
    filter: filters.events,
    signal,
  });
  const lines = log.read({
    stream: 'LOGS',
    from: start ? { time: start } : { sequence: 1 },
    filter: filters.lines,
    signal,
  });
  yield* mergeByTime(events, upTo(lines, end));
}

/** Throws as {@link placeInLog} does. */
export async function rangeOf(
  log: EventLog,
  { from, to }: NamedRange,
  signal?: AbortSignal,
): Promise<PlacedRange> {
  const first = from === undefined ? 1 : await firstOf(log, from, signal);
  const until =
    to === undefined ? await log.lastSequence('EVENTS') : await placeInLog(log, to, signal);
  const begin = first > 1 ? await timeOf(log, first) : undefined;
  return {
    first,
    until,
    start: from && 'time' in from ? from.time : begin,
    end: to && ('time' in to ? to.time : await timeOf(log, until)),
  };
}

/** The place itself; of a time, the first event from then on. */
async function firstOf(
  log: EventLog,
  place: NamedPlace,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (!('time' in place)) return Math.max(1, await placeInLog(log, place, signal));
  const before = { time: new Date(place.time.getTime() - 1) };
  return 1 + (await placeInLog(log, before, signal));
}

async function* upTo(
  messages: AsyncIterable<StoredMessage>,
  end: Date | undefined,
): AsyncGenerator<StoredMessage, void, undefined> {
  for await (const message of messages) {
    if (end !== undefined && message.time > end) return;
    yield message;
  }
}

const timeOf = async (log: EventLog, sequence: number): Promise<Date | undefined> =>
  (await log.at('EVENTS', sequence))?.time;
