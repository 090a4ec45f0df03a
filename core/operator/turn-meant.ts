import { isToken } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import type { TurnMeant } from '../conversation/fork-point.ts';
import type { EventLog } from '../log/event-log.ts';
import { messageReference } from './message-reference.ts';
import { referredEvent } from './referred-event.ts';

/**
 * The turn that somebody means: by its id, or by a message, an answer or an update that belongs to it, as
 * `orchestrator timeline` takes them. Throws as {@link messageReference} and {@link referredEvent} do.
 */
export async function turnMeant(
  log: EventLog,
  text: string,
  signal?: AbortSignal,
): Promise<TurnMeant> {
  if (text.startsWith('turn-') && isToken(text)) return { turnId: text };
  const sequence = await referredEvent(log, messageReference(text), signal);
  const message = await log.at('EVENTS', sequence);
  const parsed = message && parseEvent(message);
  const event = parsed?.kind === 'event' ? parsed.event : undefined;
  // A delivery is of what it brings.
  const brought = event?.type === 'delivery.requested' ? event.data.sequence : undefined;
  const meant = brought === undefined ? message : await log.at('EVENTS', brought);
  return { eventId: meant?.header('ce-id') ?? text };
}
