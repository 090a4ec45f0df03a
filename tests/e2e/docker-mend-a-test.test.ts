import test, { type ExecutionContext } from 'ava';
import { ensureAgentNetwork } from '../../platform/docker/agent-network.ts';
import { dockerEngine as engineClient } from '../../platform/docker/docker-engine.ts';
import { WORKSPACE } from '../../spawner/runtime/docker/container-options.ts';
import { CLAUDE, CODEX } from '../agents/conformance/support/agent-kinds.ts';
import { ownAgentNetwork } from '../support/docker/agent-network.ts';
import { type DockerEngine, docker } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { workerImageWithAgents } from '../support/docker/project-images.ts';
import { type AgentsPlace, mendsATest } from './mend-a-test.ts';

const engine = await dockerEngine();

/** Containers that reach this machine alone, by the gateway of their network. */
async function inContainers(t: ExecutionContext, on: DockerEngine): Promise<AgentsPlace> {
  const name = ownAgentNetwork(t, on);
  const network = { name, internet: false };
  const { gateway } = await ensureAgentNetwork(engineClient(on.host), network);
  if (gateway === undefined) throw new Error(`the network ${name} has no gateway`);
  return {
    address: gateway,
    settings: {
      ORCHESTRATOR_RUNTIME: 'docker',
      ORCHESTRATOR_DOCKER_HOST: on.host,
      ORCHESTRATOR_WORKER_IMAGE: await workerImageWithAgents(on),
      ORCHESTRATOR_AGENT_NETWORK: name,
      ORCHESTRATOR_AGENT_INTERNET: 'off',
    },
    inWorkspace: (agentId, command) =>
      docker(on, ['exec', '--workdir', WORKSPACE, agentId, ...command]),
  };
}

function mendsInContainers(on: DockerEngine): void {
  for (const kind of [CLAUDE, CODEX]) {
    test(`${kind.kind} in a container mends a failing test; it is shown, taken back and merged`, async (t) =>
      mendsATest(t, kind, await inContainers(t, on)));
  }
}

if (engine === undefined) test('mending in containers', (t) => t.pass('there is no Docker'));
else mendsInContainers(engine);
