import type { NewEvent } from './event.ts';
import type { DataOf, EventType } from './event-catalogue.ts';
import { type Address, subjectOf } from './subjects.ts';

/** Whose event it is: what its type does not say of its subject. */
export type Whose<T extends EventType> = T extends `user.${string}`
  ? { channel: string; userId: string }
  : T extends `delivery.${string}`
    ? { channel: string; deliveryId: string }
    : T extends `project.${string}`
      ? { projectId: string }
      : T extends `job.${string}` | `job-timer.${string}`
        ? { jobId: string }
        : T extends `token.${string}`
          ? { tokenId: string }
          : T extends `node.${string}`
            ? { node: string }
            : T extends `log.${string}`
              ? { stream: string }
              : T extends 'result'
                ? { agentId: string; callId: string }
                : { agentId: string };

/** Who states an event, when, and because of what. */
export interface EventMeta {
  /** Derived from the cause wherever one is known: doing it twice stores it once. */
  id: string;
  /** Such as `orchestrator/spawner`. */
  source: string;
  now: Date;
  /** The message of a person that it all began with; a command of a person begins with itself. */
  correlationId?: string | undefined;
  /** The event that directly led to this one. */
  causationId?: string | undefined;
  /** Where it belongs in a trace (W3C Trace Context): `schemas/trace-context.ts`. */
  traceparent?: string | undefined;
}

/** An event of this type, as it is appended. */
export type NewEventOfType<T extends EventType> = Extract<NewEvent, { type: T }>;

/**
 * The one place that spells an event: its subject follows from its type and from whose it is. Needs
 * no zod, since an agent's `answer` is made by it; who appends for others validates the data first.
 * Throws {@link InvalidSubject} where a part of the subject may be none.
 *
 * @example
 * newEvent('turn.nudged', { agentId }, { turnId }, { id, source, now, correlationId, causationId: turnId });
 */
export function newEvent<T extends EventType>(
  type: T,
  whose: Whose<T>,
  data: DataOf<T>,
  { id, source, now, correlationId, causationId, traceparent }: EventMeta,
): NewEventOfType<T> {
  const event = {
    id,
    type,
    source,
    time: now.toISOString(),
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
    ...(traceparent !== undefined && { traceparent }),
    subject: subjectOf(addressOf(type, whose)),
    data,
  };
  // Type and data belong together by T; the compiler does not distribute over a type parameter.
  return event as unknown as NewEventOfType<T>;
}

function addressOf<T extends EventType>(type: T, whose: Whose<T>): Address {
  const [family = '', name = '', verb = ''] = type.split('.');
  const names = family === 'tool' ? { tool: name, verb } : family === 'result' ? {} : { name };
  // A type begins with its family, and `whose` has the rest of that family's address.
  return { family: family === 'log' ? 'stream' : family, ...whose, ...names } as unknown as Address;
}
