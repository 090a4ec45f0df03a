import { askHealth } from '../../platform/service/ask-health.ts';
import type { ServiceContext } from '../../platform/service/run-service.ts';
import { expectedServices, type SystemHealth, systemHealth } from '../../schemas/health.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { freshAnswer } from './fresh-answer.ts';
import { httpApi } from './http-api.ts';
import { httpToken } from './http-token.ts';
import { listen } from './listen.ts';

/** `/healthz` is open to anybody, and a question to every process of the system. */
const HEALTH_FRESH_MS = 1_000;

/** Serves HTTP where the settings say; throws as {@link listen} does. */
export async function serveHttp(context: ServiceContext): Promise<{ stop(): Promise<void> }> {
  const { settings, paths, logger, health } = context;
  const { ORCHESTRATOR_HTTP_HOST: host, ORCHESTRATOR_HTTP_PORT: port } = settings;
  const token = await httpToken(settings, paths);
  const hosts = allowedHosts(settings);
  const askHealth = freshAnswer(HEALTH_FRESH_MS, () => ask(context));
  const http = httpApi({ logger, hosts, token, askHealth });
  const url = await listen(http, { host, port, paths });
  health.report('http', true, token === undefined ? url : `${url}, with a token`);
  logger.info({ url, token: token !== undefined }, 'HTTP API listens');
  return { stop: () => http.close() };
}

async function ask({ settings, connection }: ServiceContext): Promise<SystemHealth> {
  const expected = expectedServices(settings);
  const { nc, inboxPrefix } = connection;
  // Without a server nobody can answer; a request would only wait.
  const reachable = await connection.connected(0);
  return systemHealth(expected, reachable ? await askHealth(nc, { expected, inboxPrefix }) : []);
}
