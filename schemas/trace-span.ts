/** What an attribute of a span can be (OpenTelemetry, "Attribute"). */
export type AttributeValue = string | number | boolean;

export type SpanAttributes = Readonly<Record<string, AttributeValue>>;

/** Something that happened within a span. */
export interface SpanEvent {
  name: string;
  /** RFC 3339, as the event of the log has it. */
  time: string;
  attributes: SpanAttributes;
}

/** A span as the log tells it: the same log tells the same spans, with the same ids, for ever. */
export interface TraceSpan {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  parentSpanId?: string | undefined;
  name: string;
  kind: 'internal' | 'server' | 'producer';
  /** RFC 3339. */
  startTime: string;
  endTime: string;
  attributes: SpanAttributes;
  events: readonly SpanEvent[];
  /** Other spans that it has to do with. */
  links: readonly { traceId: string; spanId: string }[];
  /** Why it failed; absent where it did not. */
  error?: string | undefined;
  /** The event that ended it: its place in the log. */
  sequence: number;
}

/**
 * The semantic conventions of OpenTelemetry that names and attributes are of: the last version that has those
 * of agents itself. They went on in a repository of their own, of which no schema is published yet
 * (docs/decisions/0131-traces-are-a-projection-of-the-log.md).
 * https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/gen-ai-agent-spans.md
 */
export const SEMANTIC_CONVENTIONS = '1.41.0';

export const SCHEMA_URL = `https://opentelemetry.io/schemas/${SEMANTIC_CONVENTIONS}`;
