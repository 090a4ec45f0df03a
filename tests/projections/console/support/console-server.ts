import type { ExecutionContext } from 'ava';
import { loadSettings } from '../../../../agents/load-settings.ts';
import { dataPaths } from '../../../../platform/service/data-paths.ts';
import { Health } from '../../../../platform/service/health.ts';
import { ProcessMetrics } from '../../../../platform/service/process-metrics.ts';
import { serveHttp } from '../../../../projections/http/serve-http.ts';
import { serveViews } from '../../../../projections/views/views-service.ts';
import { quiet, startFollower } from '../../../core/projection/folded-log.ts';
import { startTestNats } from '../../../support/nats.ts';
import { ownPort } from '../../../support/own-port.ts';

/** What the console is served by: views and the HTTP API in this process, over a real nats-server. */
export async function startConsoleServer(t: Pick<ExecutionContext, 'teardown' | 'title'>) {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  const { follower } = await startFollower(t, log);
  const { nc } = await nats.connect({ name: 'views' });
  await serveViews({ nc, follower, log, logger: quiet, version: '1.2.3' });
  const end = new AbortController();
  t.teardown(() => end.abort());
  const port = ownPort(t);
  const settingsOf = (at: number, own: Record<string, string> = {}) =>
    loadSettings({ ORCHESTRATOR_HTTP_PORT: String(at), ...own });
  const context = {
    settings: settingsOf(port),
    paths: dataPaths(nats.dataDir),
    logger: quiet,
    connection,
    log,
    health: new Health(),
    metrics: new ProcessMetrics(),
    signal: end.signal,
    fatal: (reason: unknown) => {
      throw reason;
    },
    notice: () => undefined,
  };
  let http = await serveHttp(context, follower);
  t.teardown(() => http.stop());
  return {
    nats,
    log,
    follower,
    url: `http://127.0.0.1:${port}`,
    /** Serves no more, as if its process were gone, until it is begun again at the same address. */
    stop: () => http.stop(),
    async begin() {
      http = await serveHttp(context, follower);
    },
    /** Another API over the same log, with settings of its own: its address. */
    async beside(own: Record<string, string>) {
      const other = ownPort(t);
      const beside = await serveHttp({ ...context, settings: settingsOf(other, own) }, follower);
      t.teardown(() => beside.stop());
      return `http://127.0.0.1:${other}`;
    },
  };
}

export type ConsoleServer = Awaited<ReturnType<typeof startConsoleServer>>;
