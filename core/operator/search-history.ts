import { OrchestratorError } from '../../schemas/errors.ts';
import type { EventLog } from '../log/event-log.ts';
import { type HistoryEntry, historyEntry, historyFilter } from './history-entry.ts';
import { type NamedRange, readRange } from './range-in-log.ts';

export interface HistoryWanted extends NamedRange {
  /** A part of what was said, in whatever case; everything without. */
  grep?: string | undefined;
  /** Of this agent alone. */
  agentId?: string | undefined;
}

/** What was said, called and printed, in the order of time. Throws as {@link readRange} does. */
export async function* searchHistory(
  log: EventLog,
  { grep, agentId, ...range }: HistoryWanted,
  signal?: AbortSignal,
): AsyncGenerator<HistoryEntry, void, undefined> {
  const wanted = grep?.toLowerCase();
  const filters = {
    events: historyFilter('EVENTS', agentId),
    lines: historyFilter('LOGS', agentId),
  };
  for await (const message of readRange(log, range, filters, signal)) {
    const entry = historyEntry(message);
    if (entry === undefined) continue;
    if (wanted === undefined || entry.text.toLowerCase().includes(wanted)) yield entry;
  }
}

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
