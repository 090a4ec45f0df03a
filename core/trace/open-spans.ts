import type { SpanAttributes, SpanEvent } from '../../schemas/trace-span.ts';

/** What has begun and is not over, as far as a span will be made of it. All of it is JSON. */

/** Where a span is, and since when. */
export interface Begun {
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  startTime: string;
}

export interface OpenMessage extends Begun {
  commandId: string;
  agentId: string;
  /** The channel of whoever sent it. */
  channel?: string | undefined;
}

export interface OpenTurn extends Begun {
  turnId: string;
  /** Those that it serves, the first first. */
  messages: OpenMessage[];
  events: SpanEvent[];
}

/** A tool call or a waiting question that has no result. */
export interface OpenCall extends Begun {
  callId: string;
  name: string;
}

export interface TracedAgent {
  agentId: string;
  kind: string;
  name?: string | undefined;
  model?: string | undefined;
  /** It was asked for, and does not take messages yet. */
  creating?: Begun | undefined;
  ended?: true | undefined;
  turn?: OpenTurn | undefined;
  calls: OpenCall[];
}

export interface OpenJob extends Begun {
  name: string;
  attributes: SpanAttributes;
  events: SpanEvent[];
}

export interface OpenDelivery extends Begun {
  channel: string;
  agentId?: string | undefined;
  events: SpanEvent[];
}

/** The state of the fold: it is changed in place, as a log may hold millions of events. */
export interface OpenSpans {
  agents: Map<string, TracedAgent>;
  messages: Map<string, OpenMessage>;
  jobs: Map<string, OpenJob>;
  /** By `<channel>/<delivery id>`. */
  deliveries: Map<string, OpenDelivery>;
}

export const noSpans = (): OpenSpans => ({
  agents: new Map(),
  messages: new Map(),
  jobs: new Map(),
  deliveries: new Map(),
});

/** So many of one sort are open at a time; the oldest of more has no span. */
const MAX_OPEN = 10_000;

export function begin<V>(open: Map<string, V>, key: string, value: V): void {
  const [oldest] = open.keys();
  if (open.size >= MAX_OPEN && oldest !== undefined) open.delete(oldest);
  open.set(key, value);
}

/** What was begun under this key, and is open no more. */
export function take<V>(open: Map<string, V>, key: string): V | undefined {
  const value = open.get(key);
  open.delete(key);
  return value;
}

/** A span has so many events; more say nothing new. */
const MAX_EVENTS = 100;

export function note(
  { events }: { events: SpanEvent[] },
  { time }: { time: string },
  name: string,
  attributes: SpanAttributes = {},
): void {
  if (events.length < MAX_EVENTS) events.push({ name, time, attributes });
}
