import { schemaVersion } from './cloud-event.ts';
import type { StoredEvent } from './event.ts';
import { attributesOf } from './event-attributes.ts';
import { EVENT_CATALOGUE, isEventType } from './event-catalogue.ts';
import { MAX_DEPTH } from './limits.ts';
import { type Address, parseSubject } from './subjects.ts';
import { upcast } from './upcasters.ts';
import { visibleLine } from './visible-text.ts';

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
  | InvalidEvent;

export interface InvalidEvent {
  kind: 'invalid';
  reason: string;
}

/** Most characters of a reason, which may quote what it complains of. */
const MAX_REASON = 300;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an event at the edge: attributes from the headers, data validated and brought up to date. An
 * agent's word (see `speakerAt`) has its time from the broker and its source from its subject,
 * whatever it states. Never throws, whatever the message is.
 *
 * @example
 * const parsed = parseEvent(message);
 * if (parsed.kind === 'event' && parsed.event.type === 'turn.failed') show(parsed.event.data.reason);
 */
export function parseEvent(message: RawMessage): ParsedEvent {
  try {
    return read(message);
  } catch (error) {
    return invalid(`not readable: ${error instanceof Error ? error.message : error}`);
  }
}

function read(message: RawMessage): ParsedEvent {
  const stated = message.header('ce-type');
  if (stated === undefined || message.header('ce-id') === undefined) {
    return invalid('no ce-type or ce-id header');
  }
  const address = parseSubject(message.subject);
  const belongs = address === undefined ? undefined : typeOn(address);
  // Of a declared tool only the subject tells which: its type is one for all.
  const isDeclared = address?.family === 'tool' && belongs !== undefined && !isEventType(belongs);
  const type = isDeclared && stated === belongs ? 'tool.declared' : stated;
  if (!isEventType(type)) return { kind: 'unknown', type };
  if (!(isDeclared && type === 'tool.declared') && type !== belongs) {
    return invalid(`ce-type ${type} does not belong on ${message.subject}`);
  }
  const attributes = attributesOf(message, address);
  if (!attributes.ok) return invalid(attributes.reason);
  const json = parseJson(message.payload);
  if (!json.ok) return invalid(json.reason);
  const version = schemaVersion(message.header('ce-dataschema'));
  const data = EVENT_CATALOGUE[type].safeParse(upcast(type, version, json.value));
  if (!data.success) return invalid(firstIssue(data.error));
  const { subject, sequence } = message;
  const event = { ...attributes.attributes, type, subject, sequence, data: data.data };
  // The data was parsed by the schema of this very type; the union cannot follow that.
  return { kind: 'event', event: event as StoredEvent };
}

/** The reason on one line that plays with no terminal. */
export const invalid = (reason: string): InvalidEvent => ({
  kind: 'invalid',
  reason: visibleLine(reason.slice(0, MAX_REASON).toWellFormed()),
});

function parseJson(
  payload: Uint8Array,
): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    const value: unknown = JSON.parse(UTF8.decode(payload));
    if (isWithinDepth(value)) return { ok: true, value };
    return { ok: false, reason: `payload: deeper than ${MAX_DEPTH} objects or arrays` };
  } catch (error) {
    return { ok: false, reason: `payload: ${error instanceof Error ? error.message : error}` };
  }
}

/** Level by level: a schema that recurses would meet the end of its stack, here or there. */
function isWithinDepth(value: unknown): boolean {
  let level = [value].filter(isCompound);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) return false;
    level = level.flatMap((each) => Object.values(each).filter(isCompound));
  }
  return true;
}

const isCompound = (value: unknown): value is object => typeof value === 'object' && value !== null;

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
    case 'stream':
      return `log.${address.name}`;
    case 'file':
      return 'file.piece';
    default:
      return `${address.family}.${address.name}`;
  }
}
