import { once } from 'node:events';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { KIND_NAMES } from '../../agents/agent-kinds.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { readAgentsAccount } from '../../platform/nats/trust.ts';
import { askHealth } from '../../platform/service/ask-health.ts';
import type { ServiceContext } from '../../platform/service/run-service.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { expectedServices, type SystemHealth, systemHealth } from '../../schemas/health.ts';
import type { LogCounts } from '../metrics/log-counts.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { freshAnswer } from './fresh-answer.ts';
import type { HttpApiOptions } from './http-api.ts';
import { type Answerer, httpServer } from './http-server.ts';
import { httpToken } from './http-token.ts';
import { listen } from './listen.ts';

/** `/healthz` is open to anybody, and a question to every process of the system. */
const HEALTH_FRESH_MS = 1_000;

/** So are its numbers, and they are gathered from all of it. */
const METRICS_FRESH_MS = 1_000;

/** How long what is being answered may take when the process is to end. */
const STOP_MS = 2_000;

/** Serves HTTP where the settings say; throws as {@link listen} does. */
export async function serveHttp(
  context: ServiceContext,
  follower: SystemFollower,
): Promise<{ stop(): Promise<void> }> {
  const { settings, paths, logger, health } = context;
  const { ORCHESTRATOR_HTTP_HOST: host, ORCHESTRATOR_HTTP_PORT: port } = settings;
  const token = await httpToken(settings, paths);
  const hosts = allowedHosts(settings);
  const askHealth = freshAnswer(HEALTH_FRESH_MS, () => ask(context));
  let counts: LogCounts | undefined;
  const loadApi = async () => {
    const loaded = await loadHttpApi(context, { follower, token, askHealth });
    counts = loaded.counts;
    return loaded.answerer;
  };
  const server = httpServer({ hosts, askHealth, loadApi });
  const url = await listen(server, { host, port, paths });
  health.report('http', true, token === undefined ? url : `${url}, with a token`);
  logger.info({ url, token: token !== undefined }, 'HTTP API listens');
  return {
    async stop() {
      await close(server);
      await counts?.save();
    },
  };
}

/** Most systems are asked for their health alone, and pay for nothing else. */
async function loadHttpApi(
  { settings, paths, connection, log, logger, signal, fatal }: ServiceContext,
  own: Pick<HttpApiOptions, 'token' | 'askHealth'> & { follower: SystemFollower },
): Promise<{ answerer: Answerer; counts: LogCounts }> {
  const [{ httpApi }, { LogCounts }, { SystemMetrics }] = await Promise.all([
    import('./http-api.ts'),
    import('../metrics/log-counts.ts'),
    import('../metrics/system-metrics.ts'),
  ]);
  const path = join(paths.snapshots, 'metrics.json');
  const kinds = KIND_NAMES;
  const counts = new LogCounts({ log, logger, path, kinds, signal });
  const state = () => own.follower.state;
  const expected = expectedServices(settings);
  const gathered = new SystemMetrics({ connection, counts, logger, state, expected, kinds });
  const metrics = freshAnswer(METRICS_FRESH_MS, () => gathered.text());
  const views = new ViewsClient(connection.nc);
  // Where a share of the keys is mounted, it is beside the credentials.
  const { ORCHESTRATOR_CREDS: credentials } = settings;
  const agentsAccount = await readAgentsAccount(
    credentials === undefined ? paths.auth : dirname(credentials),
  );
  const { states } = paths;
  const served = { settings, connection, log, views, logger, signal, fatal, agentsAccount, states };
  const http = await httpApi({ ...served, ...own, metrics });
  const answerer: Answerer = {
    answer: (request, response) => http.routing(request, response),
    upgrade: (...opened) => http.server.emit('upgrade', ...opened),
  };
  return { answerer, counts };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(timer);
}

async function ask({ settings, connection }: ServiceContext): Promise<SystemHealth> {
  const expected = expectedServices(settings);
  const { nc, inboxPrefix } = connection;
  // Without a server nobody can answer; a request would only wait.
  const reachable = await connection.connected(0);
  return systemHealth(expected, reachable ? await askHealth(nc, { expected, inboxPrefix }) : []);
}
