import { join } from 'node:path';
import test from 'ava';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { gitOf, ownFolder, repositoryWith } from '../../support/git.ts';
import { startSpawner } from '../../support/spawner.ts';
import { dockerRuntime } from '../runtime/docker-under-test.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

const engine = await dockerEngine();

function agentsInContainers(on: DockerEngine): void {
  test('an agent in a container works in a clone, and its commits come back without a mounted path', async (t) => {
    const folder = ownFolder(t);
    const limits = { memoryBytes: 2 ** 28, pids: 128, cpus: 1, tmpBytes: 2 ** 24 };
    const { runtime } = await dockerRuntime(t, on, { network: 'host', limits });
    const spawner = await startSpawner(t, { projectRoots: [folder], runtime });
    const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
    const { projectId } = await projectFrom(spawner, { repo: shop });
    const agent = await ShellAgent.begin(spawner, { id: projectId });

    const kept = await agent.does('echo two >> a.txt; git commit -qam "Mend it"; echo new > b.txt');

    t.like(kept, { type: 'turn.snapshot', data: { files: 2, insertions: 2, deletions: 0 } });
    const repository = join(spawner.nats.dataDir, 'projects', `${projectId}.git`);
    const branch = `orchestrator/${agent.agentId}`;
    t.is(gitOf(repository, 'log', '-1', '--format=%s %an', branch), 'Mend it ann');
    t.like(await agent.undo(), { type: 'process.undone', data: { files: 2 } });
    t.is(gitOf(repository, 'rev-parse', branch), gitOf(shop, 'rev-parse', 'main'));
    const after = await agent.does(
      'test "$(cat a.txt)" = one && test ! -e b.txt && echo as-before > c.txt',
    );
    t.like(after, { type: 'turn.snapshot', data: { files: 1, insertions: 1 } });
  });
}

if (engine === undefined) test('projects in containers', (t) => t.pass('there is no Docker'));
else agentsInContainers(engine);
