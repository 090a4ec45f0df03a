import type { StoredEvent } from '../../schemas/event.ts';
import { firstMessageId } from './events-of-person.ts';
import { forkReminder } from './fork-reminder.ts';
import { agentOf } from './talk.ts';

/** By what the lines of a turn are known in the session of a CLI. Times in milliseconds since 1970. */
export interface SessionSpan {
  /** The last turn that is to be in it, and what its messages said. */
  last: { startedAt: number; endedAt: number; texts: readonly string[] };
  /** Where a turn came after it: when that began, and what the messages said that were written next. */
  later?: { startedAt: number; texts: readonly string[] };
}

/**
 * What of an agent's session is of its turns up to one. Undefined where that end is none of a turn. Pure.
 *
 * @param events of the agent, in the order of the log
 * @param end where the end of the last turn stands in the log
 */
export function sessionSpan(events: readonly StoredEvent[], end: number): SessionSpan | undefined {
  const over = events.find(({ sequence }) => sequence === end);
  if (over?.type !== 'turn.ended' && over?.type !== 'turn.failed') return undefined;
  const texts = textsOf(events);
  const isLast = ({ turnId }: { turnId: string }) => turnId === over.data.turnId;
  const said: string[] = [];
  let startedAt: number | undefined;
  let later: { startedAt: number; turnId?: string; texts: string[] } | undefined;
  for (const event of events) {
    if (event.type === 'turn.started') {
      if (isLast(event.data)) startedAt = Date.parse(event.time);
      else if (event.sequence > end) later ??= { startedAt: Date.parse(event.time), texts: [] };
    }
    if (event.type !== 'process.delivered') continue;
    const { commandId, turnId } = event.data;
    const own = texts.get(commandId) ?? [];
    if (isLast(event.data)) said.push(...own);
    else if (later !== undefined) {
      later.turnId ??= turnId;
      if (later.turnId === turnId) later.texts.push(...own);
    }
  }
  if (startedAt === undefined) return undefined;
  const last = { startedAt, endedAt: Date.parse(over.time), texts: said };
  return { last, ...(later && { later: { startedAt: later.startedAt, texts: later.texts } }) };
}

/** What each message may have been written as. */
function textsOf(events: readonly StoredEvent[]): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  let reminder: { id: string; text: string } | undefined;
  for (const { id, subject, type, data } of events) {
    if (type === 'command.create' && data.forkedFrom !== undefined) {
      const { forkedFrom, project } = data;
      const text = forkReminder({ forkedFrom, project });
      reminder ??= { id: firstMessageId(agentOf(subject) ?? ''), text };
    }
    if (type !== 'command.send') continue;
    texts.set(id, [data.text, ...(id === reminder?.id ? [reminder.text] : [])]);
  }
  return texts;
}
