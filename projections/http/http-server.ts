import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { SystemHealth } from '../../schemas/health.ts';
import { PROBLEM_TYPE, problemOf, sendProblem } from './problem.ts';
import { requireHost } from './require-host.ts';

/** What answers a request in the end. */
export interface Answerer {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Has a connection that is to be something else than HTTP from now on. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpServerOptions {
  /** The hosts by which it may be asked; undefined for any. */
  hosts: readonly string[] | undefined;
  /** Asks every service how it is. */
  askHealth: () => Promise<SystemHealth>;
  /** Loads what answers everything but health, when the first asks. */
  loadApi: () => Promise<Answerer>;
}

/**
 * The HTTP server, not listening yet. `GET /livez`: this process serves. `GET /healthz`: 200 when every
 * expected service answers and every check is well, else 503; the body tells which. Neither wants a
 * token, nor anything of the API, which most systems are never asked for.
 */
export function httpServer({ hosts, askHealth, loadApi }: HttpServerOptions): Server {
  let loading: Promise<Answerer> | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (hosts !== undefined) requireHost(hosts, request.headers);
    const [path] = (request.url ?? '').split('?');
    const isLook = request.method === 'GET' || request.method === 'HEAD';
    if (isLook && path === '/livez') return sendJson(response, 200, { ok: true });
    if (isLook && path === '/healthz') {
      const health = await askHealth();
      return sendJson(response, health.ok ? 200 : 503, health);
    }
    loading ??= loadApi();
    (await loading).answer(request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendProblem(response, error);
    });
  });
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (hosts !== undefined) requireHost(hosts, request.headers);
    loading ??= loadApi();
    (await loading).upgrade(request, socket, head);
  };
  server.on('upgrade', (request, socket, head) => {
    // Node takes its own listener away: whoever leaves now ends nothing but this.
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => refuseUpgrade(socket, error));
  });
  return server;
}

/** Answers with a problem on a connection that would have been upgraded. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, body } = problemOf(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
