import { join } from 'node:path';
import { loadSettings } from '../agents/load-settings.ts';
import { checkpointedFollower } from '../core/projection/checkpointed-follower.ts';
import { keepStateMarks } from '../core/projection/keep-state-marks.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import packageJson from '../package.json' with { type: 'json' };
import { runService, type Service, type ServiceContext } from '../platform/service/run-service.ts';
import { keepArchiving } from './events-archive.ts';
import { serveHttp } from './http/serve-http.ts';
import { keepSealing } from './keep-sealing.ts';
import { keepTracing } from './traces/keep-tracing.ts';
import { ArchivedAgents } from './views/archived-agents.ts';
import { serveViews } from './views/views-service.ts';

// Not awaited: the bundle is a script, which may not.
void runService('projections', loadSettings, startProjections);

async function startProjections(context: ServiceContext): Promise<Service> {
  const { settings, paths, logger, connection, log, health, metrics, signal, fatal } = context;
  const path = join(paths.snapshots, 'system.jsonl');
  const follower = await checkpointedFollower(path, { log, logger, health });
  await keepStateMarks(follower, paths.states, { log, logger });
  await follower.start(signal);
  follower.ended.catch(fatal);
  metrics.add('orchestrator_fold_sequence', () => follower.sequence);
  const { nc } = connection;
  const archived = new ArchivedAgents({
    path: join(paths.snapshots, 'archived.jsonl'),
    log,
    logger,
  });
  void archived.start(signal);
  const afterMs = settings.ORCHESTRATOR_EVENTS_ARCHIVE_AFTER;
  if (afterMs !== undefined) void keepArchiving({ connection, logger, health, afterMs, signal });
  void keepSealing({ connection, logger, health, signal });
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint !== undefined) {
    const headers = settings.OTEL_EXPORTER_OTLP_HEADERS;
    const { OtlpExporter } = await import('../platform/traces/otlp-exporter.ts');
    const exporter = new OtlpExporter({ endpoint, headers });
    const path = join(paths.snapshots, 'traces.json');
    void keepTracing({ log, logger, health, exporter, path, signal });
  }
  const { version } = packageJson;
  const views = await serveViews({ nc, follower, log, archived, logger, version });
  const http = await serveHttp(context, follower);
  const agents = await served(context, follower, version);
  return {
    async stop() {
      await http.stop();
      await agents?.stop();
      await views.stop();
      await follower.saveCheckpoint();
    },
  };
}

/** The agents by the protocol of NATS, where that is wanted: few systems load it. */
async function served(context: ServiceContext, follower: SystemFollower, version: string) {
  const { settings, connection, log, logger, signal } = context;
  if (settings.ORCHESTRATOR_AGENT_PROTOCOL === 'off') return undefined;
  const { serveAgents } = await import('./agent-protocol/serve-agents.ts');
  return serveAgents({ connection, log, follower, settings, logger, version, signal });
}
