import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { askProject } from '../../../platform/service/projects-client.ts';
import { gitPeople } from '../../../schemas/git-people.ts';
import { commitFiles, gitOf, ownFolder, repositoryWith } from '../../support/git.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

const keptBy = (spawner: SpawnerFixture, projectId: string) =>
  join(spawner.nats.dataDir, 'projects', `${projectId}.git`);

const PUSH_MS = 60_000;

const commitsOf = (folder: string, ref: string) =>
  Number(gitOf(folder, 'rev-list', '--count', ref));

test('with a depth so many commits are fetched and given to agents, who work, merge and push as others do', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder], git: { depth: 3 } });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  for (let nth = 0; nth < 9; nth += 1) commitFiles(shop, { 'a.txt': `one\n${nth}\n` });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const kept = keptBy(spawner, projectId);
  t.deepEqual([commitsOf(shop, 'main'), commitsOf(kept, 'main')], [10, 3]);

  const one = await ShellAgent.begin(spawner, { id: projectId });
  t.is(commitsOf(spawner.workspace(one.agentId), 'HEAD'), 3);
  const work = await one.does('echo 1 > one.txt; git add .; git commit -qm "Add one"');
  t.like(work, { type: 'turn.snapshot', data: { files: 1 } });
  t.like(await one.undo(), { type: 'process.undone', data: { files: 1 } });
  await one.does('echo 1 > one.txt; git add .; git commit -qm "Add one again"');

  // What is new in its source joins what is there, however many commits it has.
  for (let nth = 0; nth < 5; nth += 1) commitFiles(shop, { 'b.txt': `${nth}\n` });
  const two = await ShellAgent.begin(spawner, { id: projectId });
  t.is(gitOf(kept, 'rev-parse', 'main'), gitOf(shop, 'rev-parse', 'main'));
  t.is(commitsOf(kept, 'main'), 8);
  t.is(commitsOf(spawner.workspace(two.agentId), 'HEAD'), 3);

  await one.does('orchestrator project merge > ../merge');
  const said = readFileSync(join(spawner.workspace(one.agentId), '..', 'merge'), 'utf8');
  t.regex(said, /^main has it now, by a merge/);
  t.is(gitOf(kept, 'show', 'main:one.txt', 'main:b.txt'), '1\n4');

  // What is pushed from history that was cut off joins the whole of it where it came from.
  const { nc } = spawner.log.connection;
  const pushed = await askProject(nc, 'push', { projectId, branch: 'main', to: 'mended' }, PUSH_MS);
  t.is(pushed.commit, gitOf(kept, 'rev-parse', 'main'));
  const own = await askProject(nc, 'push', { projectId, agentId: one.agentId }, PUSH_MS);
  t.deepEqual([commitsOf(shop, 'mended'), commitsOf(shop, own.to)], [17, 11]);
  t.notThrows(() => gitOf(shop, 'fsck', '--connectivity-only'));
});

test('a commit is by whom the settings name for the agent’s person', async (t) => {
  const people = gitPeople('test/ann=Ann Lee <ann@example.com>');
  const spawner = await startSpawner(t, { git: { people } });
  const { projectId } = await projectFrom(spawner, {});
  const own = await ShellAgent.begin(spawner, { id: projectId });
  const owner = { channel: 'test', userId: 'ben' };
  const other = await ShellAgent.begin(spawner, { id: projectId }, { owner });
  for (const agent of [own, other]) {
    await agent.does('git commit -q --allow-empty -m "Begin"');
  }

  const author = ({ agentId }: ShellAgent) =>
    gitOf(keptBy(spawner, projectId), 'log', '--format=%an <%ae>', `orchestrator/${agentId}`);
  t.is(author(own), 'Ann Lee <ann@example.com>');
  t.is(author(other), 'ben <ben.test@orchestrator.invalid>');
});
