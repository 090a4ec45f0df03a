import type { EventAttributes } from '../../../schemas/cloud-event.ts';
import type { NewEvent, NewEventOf } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { subjectOf } from '../../../schemas/subjects.ts';

/** What an event needs from outside the log; passed in, never read inside. */
export interface EventContext {
  now: Date;
  /** The spawner's name, stated in `process.starting`. */
  node: string;
  /** Where its runs live, and which process of the node it is; stated there too. */
  place?: string;
  holder?: string;
}

export const SOURCE = 'orchestrator/spawner';

type AgentEventType = Extract<
  EventType,
  `process.${string}` | `turn.${string}` | `timer.${string}`
>;

export interface Cause {
  /** What the event's id is derived from: doing it twice stores it once. */
  id: string;
  /** The id itself, where events of different types exclude each other. */
  eventId?: string;
  causationId?: string;
  correlationId?: string;
}

export function agentEvent<T extends AgentEventType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
  cause: Cause,
  { now }: EventContext,
): NewEvent {
  const [family = '', name = ''] = type.split('.');
  const attributes: EventAttributes = {
    id: cause.eventId ?? `${type}:${cause.id}`,
    type,
    source: SOURCE,
    time: now.toISOString(),
    correlationId: cause.correlationId,
    causationId: cause.causationId,
  };
  // The type's prefix is one of the agent's families by AgentEventType.
  const subject = subjectOf({ family: family as 'process', agentId, name });
  return { ...attributes, type, subject, data } as NewEventOf<T> as NewEvent;
}
