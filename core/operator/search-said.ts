import { subjectOf } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import { type HistoryEntry, historyEntry } from './history-entry.ts';
import { lastEntries } from './search-history.ts';

export interface SaidWanted {
  /** Whose talk is searched. */
  agentIds: readonly string[];
  /** A part of what was said, in whatever case, whatever spaces and ends of lines stand between its words. */
  text: string;
  /** So many of the last ones. */
  count: number;
}

/** What people and agents said to each other that has a text in it: the last ones, and how many there are. */
export function searchSaid(
  log: EventLog,
  { agentIds, text, count }: SaidWanted,
): Promise<{ entries: HistoryEntry[]; found: number }> {
  return lastEntries(saidWith(log, agentIds, plain(text)), count);
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').toLowerCase();

async function* saidWith(
  log: EventLog,
  agentIds: readonly string[],
  wanted: string,
): AsyncGenerator<HistoryEntry, void, undefined> {
  // A filter of nothing would select everything.
  if (agentIds.length === 0) return;
  const filter = agentIds.flatMap((agentId) => [
    subjectOf({ family: 'command', agentId, name: 'send' }),
    subjectOf({ family: 'response', agentId, name: 'answer' }),
    subjectOf({ family: 'response', agentId, name: 'question' }),
  ]);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    const entry = historyEntry(message);
    if (entry !== undefined && plain(entry.text).includes(wanted)) yield entry;
  }
}
