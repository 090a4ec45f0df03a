import { OrchestratorError } from '../../schemas/errors.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { type HistoryEntry, historyEntry, historyFilter } from './history-entry.ts';
import { mergeByTime } from './merge-by-time.ts';
import { type NamedPlace, placeInLog } from './place-in-log.ts';

export interface HistoryWanted {
  /** A part of what was said, in whatever case; everything without. */
  grep?: string | undefined;
  /** Of this agent alone. */
  agentId?: string | undefined;
  /** Where it begins and ends; all that is kept without. */
  from?: NamedPlace | undefined;
  to?: NamedPlace | undefined;
}

/**
 * What was said, called and printed, in the order of time. Of output that is what LOGS still keeps. Throws as
 * {@link placeInLog} does, and as reading the log does.
 */
export async function* searchHistory(
  log: EventLog,
  { grep, agentId, from, to }: HistoryWanted,
  signal?: AbortSignal,
): AsyncGenerator<HistoryEntry, void, undefined> {
  const first = from === undefined ? 1 : Math.max(1, await placeInLog(log, from, signal));
  const until = to === undefined ? undefined : await placeInLog(log, to, signal);
  const [start, end] = await Promise.all([timeOf(log, first), timeOf(log, until)]);
  const wanted = grep?.toLowerCase();
  const events = log.read({
    stream: 'EVENTS',
    from: { sequence: first },
    until,
    filter: historyFilter('EVENTS', agentId),
    signal,
  });
  const lines = log.read({
    stream: 'LOGS',
    from: first === 1 || start === undefined ? { sequence: 1 } : { time: start },
    filter: historyFilter('LOGS', agentId),
    signal,
  });
  for await (const message of mergeByTime(events, upTo(lines, end))) {
    const entry = historyEntry(message);
    if (entry === undefined) continue;
    if (wanted === undefined || entry.text.toLowerCase().includes(wanted)) yield entry;
  }
}

/** Lines of output have sequences of their own: only their times are those of events. */
async function* upTo(
  messages: AsyncIterable<StoredMessage>,
  end: Date | undefined,
): AsyncGenerator<StoredMessage, void, undefined> {
  for await (const message of messages) {
    if (end !== undefined && message.time > end) return;
    yield message;
  }
}

const timeOf = async (log: EventLog, sequence: number | undefined): Promise<Date | undefined> =>
  sequence === undefined ? undefined : (await log.at('EVENTS', sequence))?.time;

/** The last entries, and how many there were. Throws ORC_BAD_INPUT for a number below 1. */
export async function lastEntries(
  entries: AsyncIterable<HistoryEntry>,
  count: number,
): Promise<{ entries: HistoryEntry[]; found: number }> {
  if (count < 1) throw new OrchestratorError('ORC_BAD_INPUT', 'At least one entry is shown');
  let kept: HistoryEntry[] = [];
  let found = 0;
  for await (const entry of entries) {
    found += 1;
    kept.push(entry);
    // Now and then: each time would move all of them.
    if (kept.length >= 2 * count) kept = kept.slice(-count);
  }
  return { entries: kept.slice(-count), found };
}
