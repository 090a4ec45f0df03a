import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { SystemHealth } from '../../schemas/health.ts';
import { sendProblem } from './problem.ts';
import { requireHost } from './require-host.ts';

/** What answers a request in the end. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => void;

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
    (await loading)(request, response);
  };
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendProblem(response, error);
    });
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
