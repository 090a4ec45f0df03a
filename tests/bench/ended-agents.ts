import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { archivedEvent, endedAgent } from './ended-agent.ts';

/** Atomic batches that are on their way at the same time. */
const AT_ONCE = 8;

/** Events of one batch, at most. */
const BATCH = 500;

/** The ids of so many agents, the same at every call. */
export const agentIds = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `agent-${at.toString(16).padStart(12, '0')}`);

/** Appends the lives of these, each of 100 events and in the past. */
export const appendLives = (log: EventLog, agents: readonly string[]): Promise<void> =>
  inParallel(agents, (agentId) => append(log, endedAgent(agentId)));

/** Appends that these are archived, an event each. */
export async function appendArchivings(log: EventLog, agents: readonly string[]): Promise<void> {
  const archived = agents.map((agentId) => archivedEvent(agentId));
  for (let at = 0; at < archived.length; at += BATCH) {
    await append(log, archived.slice(at, at + BATCH));
  }
}

/** Throws where they are not stored. */
export async function append(log: EventLog, events: readonly NewEvent[]): Promise<void> {
  const result = await log.append(events, { timeoutMs: 60_000 });
  if (!result.ok) throw new Error(`not appended: ${JSON.stringify(result)}`);
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const one of left) await work(one);
  });
  await Promise.all(lanes);
}
