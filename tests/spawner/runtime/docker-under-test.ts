import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { dockerEngine } from '../../../platform/docker/docker-engine.ts';
import {
  AGENT_LABEL,
  type ContainerSettings,
} from '../../../spawner/runtime/docker/container-options.ts';
import type { ProcessSpec, Runtime } from '../../../spawner/runtime/runtime.ts';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import type { RuntimeUnderTest } from './conformance.ts';
import { testDockerRuntime } from './test-docker-runtime.ts';

const HOLDER = join(import.meta.dirname, 'fixtures/docker-holder.ts');

export interface DockerUnderTest extends RuntimeUnderTest {
  docker: Docker;
  image: string;
}

/** Every test's agents are gone with it. */
export async function dockerRuntime(
  t: Pick<ExecutionContext, 'teardown'>,
  engine: DockerEngine,
  own: Partial<ContainerSettings> = {},
): Promise<DockerUnderTest> {
  const image = own.image ?? (await workerImage(engine));
  const docker = dockerEngine(engine.host);
  const agents = new Set<string>();
  const runtime = () => noting(testDockerRuntime(engine.host, image, own), agents);
  t.teardown(async () => {
    await Promise.all([...agents].map((agentId) => removeAgent(docker, agentId)));
  });
  return {
    docker,
    image,
    runtime: runtime(),
    another: runtime,
    read: async (agentId, file) => {
      const path = `/home/agent/workspace/${file}`;
      const archive = extract();
      (await docker.getContainer(agentId).getArchive({ path })).pipe(archive);
      let content: Buffer | undefined;
      // To its end: a connection that is not read to its end is never free again.
      for await (const entry of archive) content = await buffer(entry);
      if (content !== undefined) return content;
      throw new Error(`${file} is not there`);
    },
    holder: [HOLDER, engine.host, image],
  };
}

/** So that another test's agents, which the engine keeps as well, are none of its business. */
function noting(runtime: Runtime, agents: Set<string>): Runtime {
  const own = Object.create(runtime) as Runtime;
  own.start = (spec: ProcessSpec) => {
    agents.add(spec.agentId);
    return runtime.start(spec);
  };
  own.attach = (agentId: string, runId: string) => {
    agents.add(agentId);
    return runtime.attach(agentId, runId);
  };
  own.list = async () => (await runtime.list()).filter(({ agentId }) => agents.has(agentId));
  own.endRest = (agentId: string, runId: string) => runtime.endRest(agentId, runId);
  own.homes = async () => (await runtime.homes()).filter((agentId) => agents.has(agentId));
  own.homeFile = (...args) => runtime.homeFile(...args);
  own.removeHome = (agentId: string) => runtime.removeHome(agentId);
  own.place = () => runtime.place();
  own.places = (agentId: string) => runtime.places(agentId);
  return own;
}

/** Its containers, also those that run, and then what they had mounted. */
export async function removeAgent(docker: Docker, agentId: string): Promise<void> {
  const filters = { label: [`${AGENT_LABEL}=${agentId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  const { Volumes } = await docker.listVolumes({ filters });
  await Promise.all(Volumes.map(({ Name }) => docker.getVolume(Name).remove()));
}
