import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Scope } from '../../schemas/events/token.ts';
import type { HttpRoute } from '../../schemas/http/http-route.ts';
import type { HTTP_ROUTES, RouteName } from '../../schemas/http/http-routes.ts';
import { asToken } from '../../schemas/ids.ts';
import type { Speaker } from './agent-speakers.ts';
import { bearerToken } from './bearer-token.ts';

type Routes = typeof HTTP_ROUTES;

/** What a part of a request is, as its schema has it; nothing where the route has none. */
type PartOf<N extends RouteName, K extends 'params' | 'query' | 'body'> = Routes[N] extends {
  [P in K]: infer S extends z.ZodType;
}
  ? z.output<S>
  : Record<string, never>;

/** A request of a route, understood. */
export interface Call<N extends RouteName> {
  params: PartOf<N, 'params'>;
  query: PartOf<N, 'query'>;
  body: PartOf<N, 'body'>;
  /** The body, where the route takes bytes. */
  bytes: Buffer;
  /** How long the outcome is waited for, milliseconds; not at all without. */
  waitMs: number | undefined;
  /** What came as `Authorization: Bearer`. */
  token: string | undefined;
  /** The caller's own id for this. */
  key: string | undefined;
  /** Who asks, where the route is for agents. */
  speaker: Speaker | undefined;
  /** What whoever asks may do, where the route wants a scope. */
  scope: Scope | undefined;
  /** The request as it came, for what another protocol answers. */
  raw: Pick<FastifyRequest, 'method' | 'url' | 'headers'>;
  /** Where the caller's own trace is, as it came (W3C Trace Context). */
  traceparent: string | undefined;
  /** Where an earlier follow ended. */
  lastEventId: number | undefined;
  /** Whether `Accept` names this type before JSON. */
  prefers: (type: string) => boolean;
  /** Whether the answer may be compressed. */
  acceptsGzip: boolean;
  /** Aborted when the caller is gone, or the process ends. */
  signal: AbortSignal;
}

/** The longest that a caller may have an answer waited for, seconds. */
export const LONGEST_WAIT_S = 600;

const MAX_KEY = 256;

/** A request as its route takes it. Throws ORC_BAD_INPUT that names what does not fit. */
export function callOf<N extends RouteName>(
  { params, query, body }: HttpRoute,
  request: FastifyRequest,
  signal: AbortSignal,
): Call<N> {
  const { headers } = request;
  const call = {
    params: parsed(params, request.params),
    query: parsed(query, request.query),
    body: parsed(body, request.body ?? {}),
    bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    waitMs: waitOf(headers.prefer),
    token: bearerToken(request.headers.authorization),
    key: keyOf(headers['idempotency-key']),
    traceparent: [headers.traceparent].flat()[0],
    lastEventId: lastEventIdOf(headers['last-event-id']),
    prefers: (type: string) => prefers(headers.accept ?? '', type),
    speaker: request.speaker,
    scope: request.scope,
    raw: request,
    acceptsGzip: /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(encodingsOf(headers)),
    signal,
  };
  // Each part was parsed by the schema of the route of this very name.
  return call as unknown as Call<N>;
}

/** A part of a request by its schema, strictly. Throws ORC_BAD_INPUT that names what does not fit. */
export function parsed(schema: z.ZodObject | z.ZodRecord | undefined, value: unknown): unknown {
  if (schema === undefined) return {};
  const strict = schema instanceof z.ZodObject ? schema.strict() : schema;
  const result = strict.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).join('.') || 'request';
  throw new OrchestratorError('ORC_BAD_INPUT', `${path}: ${issue?.message ?? 'does not fit'}`);
}

/** RFC 7240, `wait`. */
function waitOf(prefer: string | string[] | undefined): number | undefined {
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d+)/i.exec([prefer].flat().join(',')) ?? [];
  return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT_S) * 1000;
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = [header].flat().join(',').trim();
  return idOfKey(key.replace(/^"(.*)"$/, '$1'), 'Idempotency-Key');
}

/**
 * The id of what is asked for under a caller's own key. It begins with `http-`, so that no caller claims an
 * id that something else will have, such as an update of a chat. Throws ORC_BAD_INPUT, for a key of that name.
 */
export function idOfKey(key: string, name: string): string {
  if (key.length > 0 && key.length <= MAX_KEY) return asToken(`http-${key}`);
  throw new OrchestratorError('ORC_BAD_INPUT', `${name} has 1 to ${MAX_KEY} characters`);
}

function lastEventIdOf(header: string | string[] | undefined): number | undefined {
  const text = [header].flat()[0];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const what = `Last-Event-ID ${JSON.stringify(text)} is no sequence`;
  throw new OrchestratorError('ORC_BAD_INPUT', what);
}

const encodingsOf = (headers: FastifyRequest['headers']): string =>
  [headers['accept-encoding']].flat().join(',');

function prefers(accept: string, type: string): boolean {
  const types = accept.split(',').map((each) => each.split(';')[0]?.trim());
  const at = types.indexOf(type);
  const json = types.indexOf('application/json');
  return at >= 0 && (json < 0 || at < json);
}
