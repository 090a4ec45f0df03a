import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { sortedJson } from '../domain/sorted-json.ts';

/** An event as one reads it in a difference; a timer is what fires. */
export interface EventShort {
  /** Its place in the log; absent of what does not stand there. */
  sequence?: number;
  type: string;
  id: string;
  subject: string;
  data: unknown;
}

/**
 * `other`: something else stands there than what is decided now. `not-decided`: something stands there, and
 * nothing is decided now. `not-taken`: something is decided now, and nothing was done by an owner that was there.
 * `timer`: a timer rang that nothing sets now, or too early.
 */
export type DifferenceKind = 'other' | 'not-decided' | 'not-taken' | 'timer';

/** Where the present code and the log do not agree. */
export interface Difference {
  kind: DifferenceKind;
  /** Of what stands there; of what was not taken, the event after which it was to be. */
  sequence: number;
  time: string;
  /** Whose it is: an agent, a job, a delivery. */
  of: string;
  stands: EventShort[];
  decided: EventShort[];
}

/** What came of judging a part of a log. */
export interface Verdict {
  /** The last event that was read. */
  through: number;
  /** Events that somebody had decided on, and that were decided anew. */
  decisions: number;
  /** How many differ; the first of them are shown. */
  differ: number;
  differences: Difference[];
}

export const standing = ({ sequence, type, id, subject, data }: StoredEvent): EventShort => ({
  sequence,
  type,
  id,
  subject,
  data,
});

export const wouldStand = ({ type, id, subject, data }: NewEvent): EventShort => ({
  type,
  id,
  subject,
  data,
});

/** Everything of them is the same but when they were stated. */
export const isSameEvent = (decided: NewEvent, stands: StoredEvent): boolean =>
  decided.id === stands.id &&
  decided.type === stands.type &&
  decided.subject === stands.subject &&
  decided.source === stands.source &&
  decided.correlationId === stands.correlationId &&
  decided.causationId === stands.causationId &&
  decided.traceparent === stands.traceparent &&
  sortedJson(decided.data) === sortedJson(stands.data);
