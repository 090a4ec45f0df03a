import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { extract } from 'tar-stream';
import { dockerEngine as dockerode } from '../../../core/docker/docker-engine.ts';
import { AGENT_LABEL } from '../../../spawner/runtime/docker/container-options.ts';
import type { ProcessSpec, Runtime } from '../../../spawner/runtime/runtime.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import { conformance, type RuntimeUnderTest } from './conformance.ts';
import { testDockerRuntime } from './test-docker-runtime.ts';

const HOLDER = join(import.meta.dirname, 'fixtures/docker-holder.ts');

const engine = await dockerEngine();

async function dockerRuntime(t: ExecutionContext): Promise<RuntimeUnderTest> {
  if (engine === undefined) throw new Error('no engine');
  const image = await workerImage(engine);
  const docker = dockerode(engine.host);
  const agents = new Set<string>();
  const runtime = () => noting(testDockerRuntime(engine.host, image), agents);
  t.teardown(async () => {
    for (const agentId of agents) await removeAgent(docker, agentId);
  });
  return {
    runtime: runtime(),
    another: runtime,
    read: async (agentId, file) => {
      const path = `/home/agent/workspace/${file}`;
      const archive = extract();
      (await docker.getContainer(agentId).getArchive({ path })).pipe(archive);
      for await (const entry of archive) return await buffer(entry);
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
  own.place = () => runtime.place();
  own.places = (agentId: string) => runtime.places(agentId);
  return own;
}

async function removeAgent(docker: ReturnType<typeof dockerode>, agentId: string): Promise<void> {
  const filters = { label: [`${AGENT_LABEL}=${agentId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true });
  }
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) {
    await docker.getVolume(Name).remove();
  }
}

if (engine) conformance(test, 'docker', dockerRuntime);
else test('the Docker runtime', (t) => t.log('skipped: no Docker engine'));
