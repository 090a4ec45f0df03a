import type { EventAttributes } from './cloud-event.ts';
import type { DataOf, EventType } from './event-catalogue.ts';

/** An event that is to be appended. */
export interface NewEventOf<T extends EventType> extends EventAttributes {
  type: T;
  subject: string;
  data: DataOf<T>;
}

/** An event as it stands in the log. */
export interface StoredEventOf<T extends EventType> extends NewEventOf<T> {
  /** Its place in the total order of EVENTS. */
  sequence: number;
}

export type NewEvent = { [T in EventType]: NewEventOf<T> }[EventType];

/** A discriminated union over `type`. */
export type StoredEvent = { [T in EventType]: StoredEventOf<T> }[EventType];
