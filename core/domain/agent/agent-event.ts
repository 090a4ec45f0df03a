import type { NewEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../../schemas/new-event.ts';
import type { LiveAgent } from './agent-state.ts';

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
  traceparent?: string | undefined;
}

export function agentEvent<T extends AgentEventType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
  cause: Cause,
  { now }: EventContext,
): NewEvent {
  const { correlationId, causationId, traceparent } = cause;
  const id = cause.eventId ?? `${type}:${cause.id}`;
  const whose = { agentId } as Whose<T>;
  const because = { correlationId, causationId, traceparent };
  return newEvent(type, whose, data, { id, source: SOURCE, now, ...because });
}

/** Of what a run is about: the run, and the `create` that it all began with. */
export const ofRun = ({ run, createdBy }: LiveAgent) => ({
  id: run.runId,
  causationId: run.runId,
  correlationId: createdBy,
});

/** Of what a command came to: it began with itself. */
export const ofCommand = (commandId: string) => ({
  id: commandId,
  causationId: commandId,
  correlationId: commandId,
});
