import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { HttpRoute } from '../../schemas/http/http-route.ts';
import { HTTP_ROUTES, type RouteName } from '../../schemas/http/http-routes.ts';
import { MAX_FILE_BYTES } from '../../schemas/limits.ts';
import { Accepted, EventStream, Written } from './answers.ts';
import type { Answer, ApiContext } from './api-context.ts';
import { HANDLERS } from './handlers.ts';
import { KnownTokens } from './known-tokens.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { RequestRates, TooManyRequests } from './request-rates.ts';
import { requireToken } from './require-token.ts';
import { type Call, callOf } from './route-call.ts';
import { sendEventStream } from './send-event-stream.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token has to have for it. */
    scope?: HttpRoute['scope'];
  }
}

export interface HttpApiOptions extends ApiContext {
  /** The token of the settings, which may do everything; undefined where none is wanted. */
  token: string | undefined;
  /** Ends the process by what it cannot go on with. */
  fatal: (reason: unknown) => void;
}

/** Bytes of a JSON body: a message, in which each character may be escaped. */
const MAX_BODY = 4 * 1024 * 1024;

/** The HTTP API, not listening: `routing` answers a request. Its errors are problems (RFC 9457). */
export async function httpApi({ token, ...api }: HttpApiOptions): Promise<FastifyInstance> {
  const http = fastify({ logger: false, bodyLimit: MAX_BODY });
  const asBuffer = { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES } as const;
  http.addContentTypeParser('application/octet-stream', asBuffer, (_request, body, done) =>
    done(null, body),
  );
  const rates = new RequestRates(api.settings.ORCHESTRATOR_HTTP_RATE_LIMIT);
  http.addHook('onRequest', async ({ ip }) => rates.count(ip, performance.now()));
  const tokens = new KnownTokens(api.log);
  tokens.follow(api.signal).catch(api.fatal);
  http.addHook('onRequest', requireToken(token, tokens));
  http.setErrorHandler((error, request, reply) => sendProblemReply(error, request, reply, api));
  http.setNotFoundHandler((request) => {
    throw new OrchestratorError('ORC_NO_ROUTE', `${request.method} ${request.url} is nothing here`);
  });
  // The names are the table's own.
  for (const name of Object.keys(HTTP_ROUTES) as RouteName[]) addRoute(http, name, api);
  await http.ready();
  return http;
}

function addRoute<N extends RouteName>(http: FastifyInstance, name: N, api: ApiContext): void {
  const route: HttpRoute = HTTP_ROUTES[name];
  const url = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const config = { scope: route.scope };
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([api.signal, gone.signal]);
    const call: Call<N> = callOf(route, request, signal);
    return sendAnswer(await HANDLERS[name](call, api), route, reply);
  };
  http.route({ method: route.method, url, config, handler });
}

async function sendAnswer<N extends RouteName>(
  answer: Answer<N>,
  { status }: HttpRoute,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (answer instanceof EventStream) {
    reply.hijack();
    await sendEventStream(reply.raw, answer.events);
    return reply;
  }
  reply.code(answer instanceof Accepted ? 202 : status).header('cache-control', 'no-store');
  if (answer instanceof Written) {
    return reply.headers(answer.headers).type(answer.type).send(answer.content);
  }
  return reply.send(answer instanceof Accepted ? answer.body : answer);
}

function sendProblemReply(
  error: unknown,
  { url }: FastifyRequest,
  reply: FastifyReply,
  { logger }: ApiContext,
): FastifyReply {
  const { status, body } = problemOf(error);
  if (body.code === 'ORC_INTERNAL') logger.error({ err: error, url }, 'request failed');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (error instanceof TooManyRequests) reply.header('retry-after', error.retryAfterSeconds);
  // As a text: Fastify would add its own idea of the type.
  return reply.code(status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(body));
}
