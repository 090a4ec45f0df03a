import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { isAgentsWord } from '../../schemas/subjects.ts';

/**
 * Appends one event after the other, so that they stand in EVENTS in this order, whichever are an
 * agent's word: those come there by way of SAID. Throws where one is not stored.
 */
export async function appendInOrder(log: EventLog, events: readonly NewEvent[]): Promise<void> {
  for (const event of events) {
    const result = await log.append(event);
    if (!result.ok) throw new Error(`${event.id} was not stored: ${result.error}`);
    if (isAgentsWord(event.subject)) await log.heard(event.subject);
  }
}
