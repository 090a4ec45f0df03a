import type { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import packageJson from '../../package.json' with { type: 'json' };
import { SCHEMA_URL, type TraceSpan } from '../../schemas/trace-span.ts';

export interface OtlpExporterOptions {
  /** The root of a collector that takes OTLP over HTTP. */
  endpoint: string;
  headers?: Record<string, string> | undefined;
}

const KINDS = { internal: 0, server: 1, producer: 3 } as const satisfies Record<
  TraceSpan['kind'],
  SpanKind
>;

const STATUS = { unset: 0, error: 2 } as const satisfies Record<string, SpanStatusCode>;

const SAMPLED = 1;

/**
 * Sends spans that were made of the log to a collector, by the SDK of OpenTelemetry. To be imported where it is
 * needed and not before, since most systems send no traces; a bundle loads it from a file of its own.
 */
export class OtlpExporter {
  readonly #exporter: OTLPTraceExporter;
  readonly #resource: Resource;

  constructor({ endpoint, headers = {} }: OtlpExporterOptions) {
    this.#exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers });
    this.#resource = resourceFromAttributes({
      'service.name': packageJson.name,
      'service.version': packageJson.version,
    });
  }

  /** Resolves when the collector has taken them; rejects with what it, or the network, said. */
  send(spans: readonly TraceSpan[]): Promise<void> {
    const readable = spans.map((span) => readableSpan(span, this.#resource));
    return new Promise((resolve, reject) => {
      this.#exporter.export(readable, ({ code, error }) => {
        if (code === 0) resolve();
        else reject(error ?? new Error('the collector did not take the spans'));
      });
    });
  }

  close(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

const SCOPE = { name: packageJson.name, version: packageJson.version, schemaUrl: SCHEMA_URL };

/** A span as the SDK has one that has ended. */
function readableSpan(span: TraceSpan, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentSpanId, name, kind, startTime, endTime, error } = span;
  const [start, end] = [Date.parse(startTime), Date.parse(endTime)];
  const context = (id: string) => ({ traceId, spanId: id, traceFlags: SAMPLED });
  return {
    name,
    kind: KINDS[kind],
    spanContext: () => context(spanId),
    ...(parentSpanId !== undefined && { parentSpanContext: context(parentSpanId) }),
    startTime: highResolution(start),
    endTime: highResolution(end),
    duration: highResolution(end - start),
    ended: true,
    status: error === undefined ? { code: STATUS.unset } : { code: STATUS.error, message: error },
    attributes: { ...span.attributes },
    events: span.events.map(({ name: what, time, attributes }) => ({
      name: what,
      time: highResolution(Date.parse(time)),
      attributes: { ...attributes },
    })),
    links: span.links.map((link) => ({ context: { ...link, traceFlags: SAMPLED } })),
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const MS = 1_000;
const NS_PER_MS = 1e6;

/** Seconds and nanoseconds, of Unix milliseconds. */
const highResolution = (ms: number): [number, number] => [
  Math.floor(ms / MS),
  (ms % MS) * NS_PER_MS,
];
