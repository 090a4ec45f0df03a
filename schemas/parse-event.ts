import { schemaVersion } from './cloud-event.ts';
import type { StoredEvent } from './event.ts';
import { EVENT_CATALOGUE, isEventType } from './event-catalogue.ts';
import { type Address, parseSubject } from './subjects.ts';
import { upcast } from './upcasters.ts';

/** A stored message as it comes from the broker. */
export interface RawMessage {
  subject: string;
  sequence: number;
  /** When the broker stored it: the one thing about time that no publisher can say. */
  time: Date;
  /** Bytes of subject, headers and payload, as the broker has them. */
  size: number;
  /** Header by lower-case name. */
  header(name: string): string | undefined;
  payload: Uint8Array;
}

export type ParsedEvent =
  | { kind: 'event'; event: StoredEvent }
  /** A type of a newer version: tolerated, not an error (design, "Events"). */
  | { kind: 'unknown'; type: string }
  /** Not what its type promises: for EVENTS_DLQ. */
  | { kind: 'invalid'; reason: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads an event at the edge: attributes from the headers, data validated and brought up to date. */
export function parseEvent(message: RawMessage): ParsedEvent {
  const type = message.header('ce-type');
  const id = message.header('ce-id');
  if (type === undefined || id === undefined) {
    return { kind: 'invalid', reason: 'no ce-type or ce-id header' };
  }
  if (!isEventType(type)) return { kind: 'unknown', type };
  const address = parseSubject(message.subject);
  if (address !== undefined && type !== typeOn(address)) {
    return { kind: 'invalid', reason: `ce-type ${type} does not belong on ${message.subject}` };
  }
  const json = parseJson(message.payload);
  if (!json.ok) return { kind: 'invalid', reason: json.reason };
  const version = schemaVersion(message.header('ce-dataschema'));
  const data = EVENT_CATALOGUE[type].safeParse(upcast(type, version, json.value));
  if (!data.success) return { kind: 'invalid', reason: firstIssue(data.error) };
  const event = {
    id,
    type,
    subject: message.subject,
    sequence: message.sequence,
    source: message.header('ce-source') ?? 'unknown',
    time: message.header('ce-time') ?? new Date(0).toISOString(),
    correlationId: message.header('ce-correlationid'),
    causationId: message.header('ce-causationid'),
    traceparent: message.header('traceparent'),
    data: data.data,
  };
  // The data was parsed by the schema of this very type; the union cannot follow that.
  return { kind: 'event', event: event as StoredEvent };
}

function parseJson(
  payload: Uint8Array,
): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(UTF8.decode(payload)) };
  } catch (error) {
    return { ok: false, reason: `payload: ${error instanceof Error ? error.message : error}` };
  }
}

function firstIssue(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'data'}: ${issue.message}` : 'data does not fit';
}

/**
 * The broker permits subjects, so the subject is what counts: an agent that may publish its
 * `response.answer` cannot state `process.stopped` by writing that into a header.
 */
function typeOn(address: Address): string {
  switch (address.family) {
    case 'tool':
      return `tool.${address.tool}.${address.verb}`;
    case 'result':
      return 'result';
    case 'file':
      return 'file.piece';
    default:
      return `${address.family}.${address.name}`;
  }
}
