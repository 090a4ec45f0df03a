import type { ExecutionContext } from 'ava';
import { dockerEngine } from '../../../platform/docker/docker-engine.ts';
import { derivedId, newAgentId } from '../../../schemas/ids.ts';
import { removeAgent } from '../../spawner/runtime/docker-under-test.ts';
import type { DockerEngine } from './docker-cli.ts';

/** The name of a network for the agents of one test: it, and they, are gone with the test. */
export function ownAgentNetwork(
  t: Pick<ExecutionContext, 'teardown'>,
  { host }: DockerEngine,
): string {
  const network = derivedId('orchestrator-test-', newAgentId());
  const docker = dockerEngine(host);
  t.teardown(async () => {
    const filters = { network: [network] };
    for (const { Names } of await docker.listContainers({ all: true, filters })) {
      await removeAgent(docker, (Names[0] ?? '').slice(1));
    }
    await docker.getNetwork(network).remove();
  });
  return network;
}
