import { join } from 'node:path';
import { mintAgentCredentials } from '../core/nats/agent-credentials.ts';
import { ensureTrust } from '../core/nats/trust.ts';
import { SystemFollower } from '../core/projection/system-follower.ts';
import { runService, type Service, type ServiceContext } from '../core/service/run-service.ts';
import { AgentEnvironment } from './agent-environment.ts';
import { agentFactories } from './agents/agent-factories.ts';
import { LogCollector } from './log-collector.ts';
import { nodeName } from './node-name.ts';
import { ProcessManager } from './process-manager.ts';
import { LocalRuntime } from './runtime/local/local-runtime.ts';
import { Spawner } from './spawner.ts';

/** Made by the bootstrap: the folder that holds `orchestrator`. */
const COMMAND_FOLDER = join(import.meta.dirname, '..', 'dist', 'bin');

await runService('spawner', startSpawner);

async function startSpawner(context: ServiceContext): Promise<Service> {
  const { settings, paths, logger, connection, log, signal } = context;
  const allowedTools = settings.ORCHESTRATOR_ALLOWED_TOOLS;
  const { accountSeed } = await ensureTrust(paths.auth);
  const runtime = new LocalRuntime({
    folder: paths.agents,
    searchPath: `${COMMAND_FOLDER}:${process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}`,
    logger,
  });
  const environment = new AgentEnvironment({
    natsUrl: connection.nc.getServer(),
    mintCredentials: (agentId, until) => mintAgentCredentials(accountSeed, agentId, until),
    allowedTools,
    own: process.env,
  });
  const follower = new SystemFollower({ log, logger });
  await follower.start(signal);
  const spawner = new Spawner(
    {
      log,
      follower,
      processes: new ProcessManager({ runtime, environment, logger }),
      collector: new LogCollector({ log, logger }),
      factories: agentFactories(settings),
      logger,
      node: await nodeName(paths.agents),
      allowedTools,
      stopGraceMs: settings.ORCHESTRATOR_STOP_GRACE,
      clock: () => new Date(),
    },
    runtime,
  );
  await spawner.start();
  return spawner;
}
