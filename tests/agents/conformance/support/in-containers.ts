import test from 'ava';
import { dockerRuntime } from '../../../spawner/runtime/docker-under-test.ts';
import { dockerEngine } from '../../../support/docker/engine.ts';
import { workerImageWithAgents } from '../../../support/docker/project-images.ts';
import type { AgentKind } from './agent-kinds.ts';
import { holdsAgentTo } from './conformance.ts';

/** The suite for an agent that lives in a container of the worker image. */
export async function holdsAgentInContainerTo(kind: AgentKind): Promise<void> {
  const engine = await dockerEngine();
  if (engine === undefined) {
    test(`${kind.kind} in a container`, (t) => t.pass('skipped: no Docker engine'));
    return;
  }
  const image = await workerImageWithAgents(engine);
  const limits = { memoryBytes: 2 ** 31, pids: 512, cpus: 2, tmpBytes: 2 ** 28 };
  holdsAgentTo(kind, async (t) => {
    // The model's server listens on loopback.
    const own = { image, network: 'host', limits };
    const { runtime, docker } = await dockerRuntime(t, engine, own);
    const home = async (agentId: string) =>
      (await docker.getVolume(`${agentId}-home`).inspect()).Mountpoint;
    return { runtime, home };
  });
}
