import { type FastifyInstance, fastify } from 'fastify';
import type { Logger } from 'pino';
import { asOrchestratorError, ERRORS, OrchestratorError } from '../../schemas/errors.ts';
import type { SystemHealth } from '../../schemas/health.ts';
import { healthRoutes } from './health-routes.ts';
import { requireHost } from './require-host.ts';
import { requireToken } from './require-token.ts';

export interface HttpApiOptions {
  logger: Logger;
  /** The hosts by which it may be asked; undefined for any. */
  hosts: readonly string[] | undefined;
  /** What every request but those for health has to bring; undefined for nothing. */
  token: string | undefined;
  /** Asks every service how it is. */
  askHealth: () => Promise<SystemHealth>;
}

/** The HTTP API, not listening yet. Its errors are `{error: {code, message, cure}}`. */
export function httpApi({ logger, hosts, token, askHealth }: HttpApiOptions): FastifyInstance {
  const http = fastify({ logger: false });
  if (hosts !== undefined) http.addHook('onRequest', requireHost(hosts));
  if (token !== undefined) http.addHook('onRequest', requireToken(token));
  http.setErrorHandler((error, request, reply) => {
    const shown = shownError(error);
    const { code, message, cure } = shown;
    if (code === 'ORC_INTERNAL') logger.error({ err: error, url: request.url }, 'request failed');
    return reply.code(ERRORS[code].status).send({ error: { code, message, cure } });
  });
  http.setNotFoundHandler((request) => {
    throw new OrchestratorError('ORC_NO_ROUTE', `${request.method} ${request.url} is nothing here`);
  });
  healthRoutes(http, askHealth);
  return http;
}

/** What Fastify itself refuses (a body that is no JSON, too large, …) is the caller's to mend. */
function shownError(error: unknown): OrchestratorError {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const refused = typeof status === 'number' && status >= 400 && status < 500;
  if (!refused || error instanceof OrchestratorError) return asOrchestratorError(error);
  return new OrchestratorError('ORC_BAD_INPUT', asOrchestratorError(error).message);
}
