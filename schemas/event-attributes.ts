import { z } from 'zod';
import { speakerAt } from './agents-word.ts';
import type { EventAttributes } from './cloud-event.ts';
import { isAgentEventId } from './ids.ts';
import { MAX_ATTRIBUTE } from './limits.ts';
import type { RawMessage } from './parse-event.ts';
import type { Address } from './subjects.ts';
import { parseTraceparent } from './trace-context.ts';
import { isVisible, NOT_VISIBLE } from './visible-text.ts';

const attribute = z.string().min(1).max(MAX_ATTRIBUTE).refine(isVisible, NOT_VISIBLE);

/** RFC 3339, brought to UTC and milliseconds. */
const time = z.iso
  .datetime({ offset: true, error: 'not RFC 3339' })
  .transform((text) => new Date(text).toISOString());

const stated = z.object({
  'ce-id': attribute,
  'ce-source': attribute.default('unknown'),
  'ce-time': time.optional(),
  'ce-correlationid': attribute.optional(),
  'ce-causationid': attribute.optional(),
});

export type Attributes =
  | { ok: true; attributes: Omit<EventAttributes, 'type'> }
  | { ok: false; reason: string };

/**
 * Who states an event, when, and because of what. Of an agent's word nothing is believed that it
 * says of itself: its time is the broker's, its source is its subject, and it has an id of its
 * agent. What services state is validated; where they state no time, it is the broker's as well.
 */
export function attributesOf(message: RawMessage, address: Address | undefined): Attributes {
  const agentId = speakerAt(address);
  return agentId === undefined ? serviceAttributes(message) : agentAttributes(message, agentId);
}

function agentAttributes(message: RawMessage, agentId: string): Attributes {
  const id = message.header('ce-id') ?? '';
  if (!isAgentEventId(agentId, id)) {
    return {
      ok: false,
      reason: `ce-id: an id of this agent begins with ${agentId}_ and is a token`,
    };
  }
  const source = agentSource(agentId);
  const time = message.time.toISOString();
  return { ok: true, attributes: { id, source, time, ...unstated, ...traceOf(message) } };
}

const unstated = { correlationId: undefined, causationId: undefined };

/** `ce-source` of what an agent says. */
export const agentSource = (agentId: string): string => `orchestrator/agent/${agentId}`;

function serviceAttributes(message: RawMessage): Attributes {
  return plainAttributes(message) ?? validated(message);
}

const PLAIN = /^[ -~]+$/;

/** Visible ASCII of a length that is taken. */
const isPlain = (text: string): boolean => text.length <= MAX_ATTRIBUTE && PLAIN.test(text);

/**
 * Those that the schema takes as they are, which is what services write: a log of a million events is
 * read by this. Undefined for all others, of which the schema tells what is wrong.
 */
function plainAttributes(message: RawMessage): Attributes | undefined {
  const id = message.header('ce-id');
  const source = message.header('ce-source');
  const time = message.header('ce-time');
  const correlationId = message.header('ce-correlationid');
  const causationId = message.header('ce-causationid');
  const arePlain =
    id !== undefined &&
    source !== undefined &&
    time !== undefined &&
    isPlain(id) &&
    isPlain(source) &&
    (correlationId === undefined || isPlain(correlationId)) &&
    (causationId === undefined || isPlain(causationId)) &&
    CANONICAL.test(time);
  if (!arePlain) return undefined;
  const attributes = { id, source, time, correlationId, causationId, ...traceOf(message) };
  return { ok: true, attributes };
}

/** A time as `toISOString` writes it, of a day that every month has; the schema knows the others. */
const CANONICAL =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function validated(message: RawMessage): Attributes {
  const headers = Object.keys(stated.shape).map((name) => [name, message.header(name)]);
  const parsed = stated.safeParse(Object.fromEntries(headers));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, reason: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { data } = parsed;
  const attributes = {
    id: data['ce-id'],
    source: data['ce-source'],
    time: data['ce-time'] ?? message.time.toISOString(),
    correlationId: data['ce-correlationid'],
    causationId: data['ce-causationid'],
    ...traceOf(message),
  };
  return { ok: true, attributes };
}

/** A malformed trace context is left out: a trace is a convenience. */
function traceOf(message: RawMessage): { traceparent: string | undefined } {
  const traceparent = message.header('traceparent');
  return { traceparent: parseTraceparent(traceparent) && traceparent };
}
