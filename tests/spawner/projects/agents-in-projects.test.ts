import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  PROJECT_ANSWERS,
  type ProjectVerb,
  projectSubject,
} from '../../../schemas/project-requests.ts';
import { command } from '../../support/commands.ts';
import { commitFiles, gitOf, ownFolder, repositoryWith } from '../../support/git.ts';
import { history, ofType } from '../../support/history.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

/** What an operator asks of a project. */
async function ask<V extends ProjectVerb>(spawner: SpawnerFixture, verb: V, input: object) {
  const { nc } = spawner.log.connection;
  // What has just been read from the log may not be folded yet.
  const request = { ...input, atLeast: await spawner.log.lastSequence('EVENTS') };
  const reply = await nc.request(projectSubject(verb), JSON.stringify(request), {
    timeout: 30_000,
  });
  const refused = reply.headers?.get('Nats-Service-Error');
  return refused ? { refused } : { value: PROJECT_ANSWERS[verb].parse(reply.json()) };
}

test('an agent’s work is on a branch of its own, kept turn by turn, shown, taken back and merged', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n', '.gitignore': 'out/\n' });
  const first = gitOf(shop, 'rev-parse', 'HEAD');
  const ready = await projectFrom(spawner, { repo: shop });
  t.like(ready, { type: 'project.ready', data: { branch: 'main', commit: first } });
  const { projectId } = ready;
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  const workspace = spawner.workspace(agent.agentId);
  t.is(gitOf(workspace, 'branch', '--show-current'), `orchestrator/${agent.agentId}`);

  const kept = await agent.does(
    'echo two >> a.txt; echo new > "b c.txt"; mkdir out; echo x > out/y',
  );
  t.like(kept, {
    type: 'turn.snapshot',
    data: { files: 2, insertions: 2, deletions: 0, head: first },
  });
  // Neither index nor HEAD of the agent has seen it.
  t.is(gitOf(workspace, 'status', '--porcelain'), ' M a.txt\n?? "b c.txt"');
  t.is(gitOf(workspace, 'rev-parse', 'HEAD'), first);
  const committed = await agent.does('git add . && git commit -qm "Mend it" && rm a.txt');
  t.like(committed, { type: 'turn.snapshot', data: { files: 1, insertions: 0, deletions: 2 } });
  t.is(gitOf(workspace, 'log', '-1', '--format=%an <%ae>'), 'ann <ann.test@orchestrator.invalid>');

  const { agentId } = agent;
  const last = await ask(spawner, 'diff', { projectId, agentId, turn: 'last' });
  t.regex(String(last.value && 'diff' in last.value && last.value.diff), /deleted file mode/);
  const all = await ask(spawner, 'diff', { projectId, agentId });
  t.regex(JSON.stringify(all.value), /b c\.txt/);
  t.notRegex(JSON.stringify(all.value), /out\/y/);

  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.true(existsSync(join(workspace, 'a.txt')));
  t.is(gitOf(workspace, 'rev-parse', 'HEAD'), first);
  t.is(gitOf(workspace, 'status', '--porcelain'), ' M a.txt\n?? "b c.txt"');
  t.true(existsSync(join(workspace, 'out/y')));
  t.like(await ask(spawner, 'merge', { projectId, agentId }), { value: { how: 'nothing' } });
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 2 } });
  t.is(readFileSync(join(workspace, 'a.txt'), 'utf8'), 'one\n');
  t.false(existsSync(join(workspace, 'b c.txt')));
  t.like(await agent.undo(), { type: 'process.rejected', data: { code: 'ORC_NO_CHANGES' } });

  await agent.does('echo three >> a.txt; git commit -qam "Mend it again"');
  const merged = await ask(spawner, 'merge', { projectId, agentId });
  t.like(merged, { value: { how: 'fast-forward', into: 'main', from: `orchestrator/${agentId}` } });
  t.deepEqual(await ask(spawner, 'merge', { projectId, agentId }), {
    value: { ...(merged.value as object), how: 'nothing' } as never,
  });
  const log = await ask(spawner, 'log', { projectId, limit: 1 });
  t.like(log, { value: [{ author: 'ann', subject: 'Mend it again' }] });
  // The person's own checkout is as it was.
  t.is(gitOf(shop, 'status', '--porcelain'), '');
  t.is(gitOf(shop, 'rev-parse', 'HEAD'), first);
});

test('agents of one project do not see each other’s files, and conflicts name the files', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n', 'b.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const [one, two] = await Promise.all([
    ShellAgent.begin(spawner, { id: projectId }),
    ShellAgent.begin(spawner, { id: projectId, branch: 'feature/two' }),
  ]);
  await Promise.all([
    one.does('echo of one > a.txt; echo 1 > one.txt; git add .; git commit -qm one'),
    two.does('echo of two > a.txt; git commit -qam two'),
  ]);
  t.false(existsSync(join(spawner.workspace(two.agentId), 'one.txt')));
  t.like(await ask(spawner, 'merge', { projectId, agentId: one.agentId }), {
    value: { how: 'fast-forward' },
  });
  const refused = await ask(spawner, 'merge', { projectId, branch: 'feature/two' });
  t.regex(refused.refused ?? '', /^ORC_MERGE_CONFLICT: Both have changed a\.txt$/);
  await two.does('git checkout -q HEAD^ -- a.txt; echo 2 > b.txt; git commit -qam "only b"');
  t.like(await ask(spawner, 'merge', { projectId, branch: 'feature/two' }), {
    value: { how: 'merge' },
  });
  const patch = await ask(spawner, 'export', { projectId, branch: 'feature/two' });
  t.regex(patch.refused ?? '', /has no commits of its own/);

  // What is checked out there is not pushed over; another branch is.
  const push = await ask(spawner, 'push', { projectId, branch: 'main' });
  t.regex(push.refused ?? '', /^ORC_PUSH_REFUSED: main was not pushed: /);
  t.like(await ask(spawner, 'push', { projectId, branch: 'main', to: 'merged' }), {
    value: { to: 'merged' },
  });
  t.is(gitOf(shop, 'log', '-1', '--format=%s', 'merged'), "Merge branch 'feature/two'");
  t.is(gitOf(shop, 'show', 'merged:one.txt'), '1');
});

test('what no snapshot has is not undone', async (t) => {
  const spawner = await startSpawner(t);
  const { projectId } = await projectFrom(spawner, {});
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  const workspace = spawner.workspace(agent.agentId);
  t.like(await agent.does('echo one > a.txt'), { data: { files: 1, insertions: 1 } });
  writeFileSync(join(workspace, 'mine.txt'), 'of a person\n');
  t.like(await agent.undo(), {
    type: 'process.rejected',
    data: {
      code: 'ORC_UNKNOWN_CHANGES',
      reason: 'There are changes that no snapshot has: mine.txt',
    },
  });
  await agent.does('true');
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.deepEqual(
    [existsSync(join(workspace, 'mine.txt')), existsSync(join(workspace, 'a.txt'))],
    [false, true],
  );
  t.like(await agent.undo(), { type: 'process.undone' });
  t.false(existsSync(join(workspace, 'a.txt')));
});

test('a turn is undone also after its agent has ended and goes on, in the same clone', async (t) => {
  const spawner = await startSpawner(t);
  const { projectId } = await projectFrom(spawner, {});
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  const { agentId } = agent;
  const workspace = spawner.workspace(agentId);
  await agent.does('echo one > a.txt');
  await agent.does('echo two >> a.txt');
  await spawner.log.append(command(agentId, 'command.stop', { reason: 'asked' }));
  await spawner.event(agentId, 'process.stopped');
  await spawner.log.append(command(agentId, 'command.resume', {}));
  await spawner.event(agentId, 'process.resumed');
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.is(readFileSync(join(workspace, 'a.txt'), 'utf8'), 'one\n');
  t.like(await agent.undo(), { type: 'process.undone' });
  t.false(existsSync(join(workspace, 'a.txt')));
});

test('a project of a folder outside of the roots, of no repository, or of no such branch says so', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const outside = repositoryWith(join(ownFolder(t), 'other'), { 'a.txt': 'one\n' });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const code = async (data: object) => {
    const { type, data: told } = await projectFrom(spawner, data);
    return [type, 'code' in told ? told.code : '', 'reason' in told ? told.reason : ''];
  };
  const notBelow = (path: string) => [
    'project.failed',
    'ORC_PROJECT_SOURCE',
    `The folder ${path} is not there, or not below ORCHESTRATOR_PROJECT_ROOTS`,
  ];
  t.deepEqual(await code({ repo: outside }), notBelow(outside));
  t.deepEqual(await code({ repo: join(folder, 'none') }), notBelow(join(folder, 'none')));
  t.like(await code({ repo: folder }), ['project.failed', 'ORC_PROJECT_SOURCE']);
  t.deepEqual(await code({ repo: shop, branch: 'none' }), [
    'project.failed',
    'ORC_PROJECT_SOURCE',
    'The repository has no branch "none"',
  ]);
  commitFiles(shop, { 'b.txt': 'two\n' });
  t.like(await code({ repo: shop, branch: 'main' }), ['project.ready', '']);
});

test('a spawner that goes between a turn and its snapshot leaves it to the next one, which makes one', async (t) => {
  const spawner = await startSpawner(t);
  const { projectId } = await projectFrom(spawner, {});
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  const sent = command(agent.agentId, 'command.send', { text: 'echo one > a.txt', mode: 'wait' });
  await spawner.log.append(sent);
  const { data } = await spawner.event(agent.agentId, 'turn.ended');
  await spawner.stop();
  await spawner.start();
  await agent.does('echo two > b.txt');

  const kept = ofType(await history(spawner.log), 'turn.snapshot');
  t.is(kept.length, 2);
  t.is(kept[0]?.data.turnId, data.turnId);
  t.deepEqual(
    kept.map(({ data: { files } }) => files),
    [1, 1],
  );
});

test('an agent in place works in the folder itself, and its first turn is not undone', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const agent = await ShellAgent.begin(spawner, { id: projectId, inPlace: true });
  t.like(await agent.does('echo two >> a.txt'), { data: { files: 1, insertions: 1 } });
  t.is(gitOf(shop, 'status', '--porcelain'), ' M a.txt');
  t.is(readFileSync(join(shop, 'a.txt'), 'utf8'), 'one\ntwo\n');
  t.like(await agent.undo(), { type: 'process.rejected', data: { code: 'ORC_NO_CHANGES' } });
  await agent.does('echo three >> a.txt');
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.is(readFileSync(join(shop, 'a.txt'), 'utf8'), 'one\ntwo\n');
});

test('an agent asks about its own work, and merges it', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  await agent.does('echo two >> a.txt; git commit -qam "Mend it"');
  await agent.does(
    'orchestrator project diff > ../diff; orchestrator project log --json > ../log; orchestrator project merge > ../merge; orchestrator project list > ../list',
  );
  const said = (name: string) =>
    readFileSync(join(spawner.workspace(agent.agentId), '..', name), 'utf8');
  t.regex(said('diff'), /^\+two$/m);
  t.regex(said('log'), /"subject":"Mend it"/);
  t.regex(said('merge'), /^main has it now, by moving on: orchestrator\/agent-/);
  t.regex(said('list'), /shop/);
  t.notRegex(said('list'), new RegExp(folder));
});

test('an agent merges what it has committed in the same turn, and may rewrite it afterwards', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const agent = await ShellAgent.begin(spawner, { id: projectId });
  const workspace = spawner.workspace(agent.agentId);
  const kept = join(spawner.nats.dataDir, 'projects', `${projectId}.git`);

  await agent.does(
    'orchestrator project merge > ../none; echo two >> a.txt; git commit -qam "Mend it"; orchestrator project merge > ../merge; orchestrator project log --limit 1 > ../log; git commit -q --amend -m "Mend it well"',
  );

  const said = (name: string) => readFileSync(join(workspace, '..', name), 'utf8');
  t.regex(said('none'), /^main has it already/);
  t.regex(said('merge'), /^main has it now, by moving on: orchestrator\/agent-/);
  t.regex(said('log'), /Mend it/);
  t.is(gitOf(kept, 'log', '--format=%s', 'main'), 'Mend it\nfirst');
  const own = `orchestrator/${agent.agentId}`;
  t.is(gitOf(kept, 'log', '--format=%s', own), 'Mend it well\nfirst');
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.is(gitOf(kept, 'rev-parse', own), gitOf(shop, 'rev-parse', 'HEAD'));
});
