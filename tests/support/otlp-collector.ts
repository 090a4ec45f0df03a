import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { z } from 'zod';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });

const otlpSpan = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute),
  events: z.array(z.object({ name: z.string(), timeUnixNano: z.string() })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }),
});
export type OtlpSpan = z.infer<typeof otlpSpan>;

/** OTLP 1, `ExportTraceServiceRequest`, in JSON. */
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ schemaUrl: z.string(), spans: z.array(otlpSpan) })),
    }),
  ),
});

/** A collector on loopback that takes OTLP over HTTP; gone with the test. */
export async function startCollector(t: Pick<ExecutionContext, 'teardown'>) {
  const spans: OtlpSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const schemas = new Set<string>();
  const waiters = new Set<() => void>();
  const state = { refuses: false, refused: 0 };
  const server = createServer(async (received, response) => {
    headers.push(received.headers);
    const body: unknown = await json(received);
    if (received.url !== '/v1/traces' || state.refuses) {
      state.refused += 1;
      response.writeHead(state.refuses ? 400 : 404).end();
    } else {
      for (const { scopeSpans } of request.parse(body).resourceSpans) {
        for (const { spans: those, schemaUrl } of scopeSpans) {
          schemas.add(schemaUrl);
          spans.push(...those);
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    }
    for (const wake of waiters) wake();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    headers,
    schemas,
    state,
    /** Resolves when it holds; asked after each request. */
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiters.add(resolve);
        await promise;
        waiters.delete(resolve);
      }
    },
  };
}

/** The attributes of a span as plain values. */
export const attributesOf = ({ attributes }: OtlpSpan): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
