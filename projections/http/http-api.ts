import websocket, { type WebsocketHandler } from '@fastify/websocket';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { markedHistory } from '../../core/projection/marked-history.ts';
import { StateHistory } from '../../core/projection/state-history.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Scope } from '../../schemas/events/token.ts';
import type { HttpRoute, Wanted } from '../../schemas/http/http-route.ts';
import { HTTP_ROUTES, type RouteName } from '../../schemas/http/http-routes.ts';
import { MAX_FILE_BYTES } from '../../schemas/limits.ts';
import { AgentSpeakers, type Speaker } from './agent-speakers.ts';
import { Accepted, Download, EventStream, Relayed, Written } from './answers.ts';
import { type Answer, type ApiContext, SYSTEM_MS } from './api-context.ts';
import { SharedFollows } from './follow/shared-follows.ts';
import { HANDLERS } from './handlers.ts';
import { KnownTokens } from './known-tokens.ts';
import { McpEndpoint } from './mcp/mcp-endpoint.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { noteDigest, requireProvenBody } from './proven-body.ts';
import { RequestRates, TooManyRequests } from './request-rates.ts';
import { requireToken } from './require-token.ts';
import { type Call, callOf } from './route-call.ts';
import { type EventStreamOptions, sendEventStream } from './send-event-stream.ts';
import { type Chat, serveChat } from './serve-chat.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token has to have for it. */
    scope?: Wanted;
  }
  interface FastifyRequest {
    /** Who asks, where the route is for agents. */
    speaker: Speaker | undefined;
    /** What whoever asks may do, where the route wants a scope. */
    scope: Scope | undefined;
    /** Of its body as it came, where a proof tells what that is. */
    bodyDigest: string | undefined;
    /** Which talk is to be opened as a WebSocket. */
    talk: Pick<Chat, 'agentId' | 'after'> | undefined;
  }
}

export interface HttpApiOptions extends Omit<ApiContext, 'history' | 'mcp' | 'follows'> {
  /** The folder in which states of the past are marked; without, they are folded from the beginning. */
  states?: string | undefined;
  /** The token of the settings, which may do everything; undefined where none is wanted. */
  token: string | undefined;
  /** Public key of the agents' account; undefined where NATS is somebody else's. */
  agentsAccount: string | undefined;
  /** How long readers of what is followed may take nothing. */
  streams?: EventStreamOptions | undefined;
  /** Ends the process by what it cannot go on with. */
  fatal: (reason: unknown) => void;
}

/** Those of an address at which another protocol answers. */
const ALL_METHODS = ['GET', 'POST', 'DELETE'];

/** Bytes of a JSON body: a message, in which each character may be escaped. */
const MAX_BODY = 4 * 1024 * 1024;

/**
 * The HTTP API, not listening: `routing` answers a request, and `server` takes the event `upgrade` of
 * whichever listens. Its errors are problems (RFC 9457).
 */
export async function httpApi({
  token,
  agentsAccount,
  streams,
  fatal,
  states,
  ...given
}: HttpApiOptions): Promise<FastifyInstance> {
  const { log } = given;
  const history = states === undefined ? new StateHistory(log) : markedHistory(states, given);
  const follows = new SharedFollows(given.signal);
  const api: ApiContext = { ...given, history, follows, mcp: new McpEndpoint(() => api) };
  const http = fastify({ logger: false, bodyLimit: MAX_BODY });
  const asBuffer = { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES } as const;
  http.addContentTypeParser('application/octet-stream', asBuffer, (_request, body, done) =>
    done(null, body),
  );
  await http.register(websocket, { options: { maxPayload: MAX_BODY } });
  const rates = new RequestRates(api.settings.ORCHESTRATOR_HTTP_RATE_LIMIT);
  http.addHook('onRequest', async ({ ip }) => rates.count(ip, performance.now()));
  const tokens = new KnownTokens(api.log);
  tokens.follow(api.signal).catch(fatal);
  const speakers = new AgentSpeakers({ ...api, account: agentsAccount, tokens });
  http.decorateRequest('speaker', undefined);
  http.decorateRequest('scope', undefined);
  http.decorateRequest('bodyDigest', undefined);
  http.decorateRequest('talk', undefined);
  http.addHook('onRequest', requireToken(token, tokens, speakers));
  http.addHook('preParsing', noteDigest);
  http.addHook('preHandler', requireProvenBody);
  http.setErrorHandler((error, request, reply) => sendProblemReply(error, request, reply, api));
  http.setNotFoundHandler((request) => {
    throw new OrchestratorError('ORC_NO_ROUTE', `${request.method} ${request.url} is nothing here`);
  });
  // The names are the table's own.
  for (const name of Object.keys(HTTP_ROUTES) as RouteName[])
    addRoute(http, name, api, { rates, streams });
  await http.ready();
  return http;
}

function addRoute<N extends RouteName>(
  http: FastifyInstance,
  name: N,
  api: ApiContext,
  { rates, streams }: { rates: RequestRates; streams: EventStreamOptions | undefined },
): void {
  const route: HttpRoute = HTTP_ROUTES[name];
  const url = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const config = { scope: route.scope };
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([api.signal, gone.signal]);
    const call: Call<N> = callOf(route, request, signal);
    return sendAnswer(await HANDLERS[name](call, api), route, reply, streams);
  };
  if (!route.socket) {
    const method = route.speaks === undefined ? route.method : ALL_METHODS;
    http.route({ method, url, config, handler });
    return;
  }
  // Refused before it is opened, by a status, where the agent is unknown.
  const preHandler = async (request: FastifyRequest) => {
    const { params, query } = callOf<'chat'>(route, request, api.signal);
    const { agentId } = await knownAgent(api.views, params.agent, SYSTEM_MS);
    request.talk = { agentId, after: query.after };
  };
  const wsHandler: WebsocketHandler = async (socket, { ip, talk }) => {
    const count = () => rates.count(ip, performance.now());
    if (talk !== undefined) await serveChat(socket, { ...talk, count }, api);
  };
  http.route({ method: 'GET', url, config, preHandler, handler, wsHandler });
}

async function sendAnswer<N extends RouteName>(
  answer: Answer<N>,
  { status }: HttpRoute,
  reply: FastifyReply,
  streams: EventStreamOptions | undefined,
): Promise<FastifyReply> {
  if (answer instanceof EventStream) {
    reply.hijack();
    await sendEventStream(reply.raw, answer.frames, streams);
    return reply;
  }
  if (answer instanceof Relayed) return reply.send(answer.response);
  reply.code(answer instanceof Accepted ? 202 : status).header('cache-control', 'no-store');
  if (answer instanceof Written) {
    return reply.headers(answer.headers).type(answer.type).send(answer.content);
  }
  if (answer instanceof Download) {
    const disposition = `attachment; filename="${answer.name}"`;
    return reply.header('content-disposition', disposition).type(answer.type).send(answer.content);
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
