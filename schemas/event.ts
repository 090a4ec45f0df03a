import type { EventAttributes } from './cloud-event.ts';
import type { DataOf, EventType } from './event-catalogue.ts';

/** An event that is to be appended. */
export interface NewEventOf<T extends EventType> extends EventAttributes {
  type: T;
  subject: string;
  data: DataOf<T>;
  /**
   * Not now: `subject` is a schedule's, and the server publishes the event to `target` when it is
   * due (whole seconds, rounded up). A later one on the same schedule subject replaces it.
   */
  schedule?: { at: Date; target: string };
}

/** An event as it stands in the log. */
export interface StoredEventOf<T extends EventType> extends Omit<NewEventOf<T>, 'schedule'> {
  /** Its place in the total order of EVENTS. */
  sequence: number;
}

export type NewEvent = { [T in EventType]: NewEventOf<T> }[EventType];

/** A discriminated union over `type`. */
export type StoredEvent = { [T in EventType]: StoredEventOf<T> }[EventType];
