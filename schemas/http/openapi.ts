import { z } from 'zod';
import { ERRORS } from '../errors.ts';
import type { HttpRoute } from './http-route.ts';
import { HTTP_ROUTES } from './http-routes.ts';
import { problem } from './problem.ts';

type Json = Record<string, unknown>;

/** This API as an OpenAPI 3.1 document, made from the table of routes. Pure; the same at every call. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<HttpRoute>(HTTP_ROUTES)) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operation(name, route),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Orchestrator',
      version: '1',
      description:
        'What the operator’s commands can do, over HTTP. Errors are problems (RFC 9457) with a code of docs/errors.md and a cure.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        jobToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The `callback.token` that a service got with its job.',
        },
        // Signed by the key of the credential: docs/decisions/0134-an-agent-speaks-over-http.md.
        agent: { type: 'http', scheme: 'agent' },
      },
    },
  };
}

function operation(name: string, route: HttpRoute): Json {
  const { summary, details, scope } = route;
  return {
    operationId: name,
    summary,
    ...(details !== undefined && { description: details }),
    tags: [route.path.split('/')[1] ?? ''],
    ...securityOf(scope),
    ...parametersOf(route),
    ...bodyOf(route),
    responses: responsesOf(route),
  };
}

function securityOf(scope: HttpRoute['scope']): Json {
  switch (scope) {
    case 'open':
      return { security: [{}] };
    case 'job':
      return { security: [{ jobToken: [] }] };
    case 'agent':
      return { security: [{ token: [] }, { agent: [] }], 'x-scope': scope };
    default:
      return { 'x-scope': scope };
  }
}

function parametersOf({ params, query, waits, once, other }: HttpRoute): Json {
  const parameters = [
    ...parametersIn('path', params),
    ...parametersIn('query', query),
    ...(waits
      ? [header('Prefer', '`wait=<seconds>`: wait so long for the outcome; at most 600.')]
      : []),
    ...(once
      ? [
          header(
            'Idempotency-Key',
            'The caller’s own id for this: a repeat is done once, for 30 days.',
          ),
          header('traceparent', 'The trace that this belongs to (W3C Trace Context).'),
        ]
      : []),
    ...(other?.some(({ type }) => type === 'text/event-stream')
      ? [header('Last-Event-ID', 'Go on behind the event of this id.')]
      : []),
  ];
  return parameters.length === 0 ? {} : { parameters };
}

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});

function parametersIn(place: 'path' | 'query', object: z.ZodObject | undefined): Json[] {
  if (object === undefined) return [];
  return Object.entries(object.shape).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field, 'input');
    const isRequired = place === 'path' || !z.safeParse(field, undefined).success;
    const described = description === undefined ? {} : { description };
    return { name, in: place, required: isRequired, ...described, schema };
  });
}

function bodyOf({ body, takesBytes }: HttpRoute): Json {
  if (takesBytes) {
    return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
  }
  if (body === undefined) return {};
  const content = { 'application/json': { schema: schemaOf(body, 'input') } };
  return { requestBody: { required: !z.safeParse(body, {}).success, content } };
}

function responsesOf({ status, answer, other = [], waits, scope }: HttpRoute): Json {
  const json = answer && { 'application/json': { schema: schemaOf(answer, 'output') } };
  const others = other.map(({ type }) => [type, { schema: { type: 'string' } }]);
  const content = { ...json, ...Object.fromEntries(others) };
  const when = other.map(({ type, when }) => `\`${type}\` ${when}`);
  const done = { description: ['Done.', ...when].join(' '), content };
  if (status === 101) return { 101: { description: 'A WebSocket.' }, default: PROBLEM };
  return {
    [status]: done,
    ...(waits && { 202: { description: 'Asked for, and not done yet.', content: { ...json } } }),
    ...(scope !== 'open' && { default: PROBLEM }),
  };
}

const PROBLEM = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  const options = {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    reused: 'inline',
  } as const;
  const { $schema: _, ...json } = z.toJSONSchema(schema, options);
  return json;
}

/** The codes that a problem may have, with what each means and what to do. */
export const problemCodes = () =>
  Object.entries(ERRORS).map(([code, { meaning, cure, status }]) => ({
    code,
    meaning,
    cure,
    status,
  }));
