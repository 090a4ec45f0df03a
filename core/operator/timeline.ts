import { type Waterfall, waterfallOf } from '../conversation/waterfall.ts';
import type { EventLog } from '../log/event-log.ts';
import { eventsOfMessage } from './events-of-message.ts';
import { messageReference } from './message-reference.ts';
import { referredEvent } from './referred-event.ts';

/**
 * What became of the message that somebody points at. Throws as {@link messageReference}, {@link referredEvent} and
 * {@link eventsOfMessage} do.
 */
export async function timelineOf(
  log: EventLog,
  text: string,
  signal?: AbortSignal,
): Promise<Waterfall> {
  const sequence = await referredEvent(log, messageReference(text), signal);
  const { agentId, message, events } = await eventsOfMessage(log, sequence, signal);
  return waterfallOf(agentId, message, events);
}
