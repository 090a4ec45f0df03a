import { mintAgentCredentials } from '../core/nats/agent-credentials.ts';
import { readAccountSeed } from '../core/nats/trust.ts';
import { SystemFollower } from '../core/projection/system-follower.ts';
import { runService, type Service, type ServiceContext } from '../core/service/run-service.ts';
import { AgentEnvironment } from './agent-environment.ts';
import { agentRuntimes } from './agent-runtimes.ts';
import { agentFactories } from './agents/agent-factories.ts';
import { LogCollector } from './log-collector.ts';
import { nodeName } from './node-name.ts';
import { ProcessManager } from './process-manager.ts';
import { Spawner } from './spawner.ts';

await runService('spawner', startSpawner);

async function startSpawner(context: ServiceContext): Promise<Service> {
  const { settings, paths, logger, connection, log, health, signal } = context;
  const allowedTools = settings.ORCHESTRATOR_ALLOWED_TOOLS;
  const accountSeed = await readAccountSeed(paths.auth);
  const runtimes = await agentRuntimes(settings, paths.agents, logger, health);
  const { chosen } = runtimes;
  const url = connection.nc.getServer();
  const environment = new AgentEnvironment({
    natsUrl: chosen.name === 'docker' ? (settings.ORCHESTRATOR_AGENT_NATS_URL ?? url) : url,
    mintCredentials:
      accountSeed === undefined
        ? undefined
        : (agentId, until) => mintAgentCredentials(accountSeed, agentId, until),
    allowedTools,
    own: process.env,
  });
  const follower = new SystemFollower({ log, logger });
  await follower.start(signal);
  const spawner = new Spawner(
    {
      log,
      follower,
      processes: new ProcessManager({ runtimes, environment, logger }),
      collector: new LogCollector({ log, logger }),
      factories: agentFactories(settings),
      logger,
      node: await nodeName(paths.agents),
      allowedTools,
      stopGraceMs: settings.ORCHESTRATOR_STOP_GRACE,
      clock: () => new Date(),
    },
    chosen,
  );
  await spawner.start();
  return spawner;
}
