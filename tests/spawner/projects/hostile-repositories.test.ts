import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { cloneForAgent } from '../../../spawner/projects/agent-clone.ts';
import { Repository } from '../../../spawner/projects/repository.ts';
import { commitFiles, gitOf, ownFolder, repositoryWith, systemGit } from '../../support/git.ts';
import { startSpawner } from '../../support/spawner.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

const IDENTITY = { name: 'Ann', email: 'ann@example.com' };

/** Takes a person's repository in, as a project, and makes an agent's clone of it. */
async function takenIn(folder: string, shop: string): Promise<{ kept: Repository; clone: string }> {
  const git = systemGit(folder);
  const kept = new Repository(git, join(folder, 'kept.git'));
  await kept.make('main');
  const remote = { address: shop, protocols: ['file'] as const, trusted: shop };
  const branch = await kept.defaultBranch(remote);
  if (branch !== 'main') throw new Error(`the default branch is ${branch}`);
  await kept.fetch(remote, ['+refs/heads/*:refs/remotes/origin/*']);
  const commit = await kept.commitOf('refs/remotes/origin/main');
  const clone = join(folder, 'clone');
  await cloneForAgent(git, kept, { folder: clone, branch: 'work', commit, identity: IDENTITY });
  return { kept, clone };
}

test('hooks and programs of a repository that is taken in are not run', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), {
    '.gitattributes': '* filter=evil\n*.bin filter=lfs diff=lfs merge=lfs -text\n',
    'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
  });
  const sprung = join(folder, 'sprung');
  const run = `touch '${sprung}'; cat`;
  for (const name of ['filter.evil.clean', 'filter.evil.smudge', 'filter.lfs.smudge']) {
    gitOf(shop, 'config', name, run);
  }
  gitOf(shop, 'config', 'core.fsmonitor', run);
  gitOf(shop, 'config', 'uploadpack.packObjectsHook', run);
  gitOf(shop, 'config', 'core.alternateRefsCommand', run);
  mkdirSync(join(shop, '.git/hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'reference-transaction', 'post-merge', 'pre-receive']) {
    writeFileSync(join(shop, '.git/hooks', hook), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  }

  const { kept, clone } = await takenIn(folder, shop);
  t.is(
    await kept.push(
      { address: shop, protocols: ['file'], trusted: shop },
      'refs/remotes/origin/main:refs/heads/theirs',
    ),
    undefined,
  );

  t.false(existsSync(sprung));
  t.is(gitOf(shop, 'rev-parse', 'theirs'), gitOf(shop, 'rev-parse', 'main'));
  // A pointer of LFS stays a pointer.
  t.regex(readFileSync(join(clone, 'big.bin'), 'utf8'), /git-lfs/);
  t.false(existsSync(join(clone, '.git/hooks')));
  t.notRegex(gitOf(clone, 'config', '--local', '--list'), /filter|remote|fsmonitor/);
});

test('links that lead out of the tree stay links, and nothing is written through them', async (t) => {
  const folder = ownFolder(t);
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret\n');
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  symlinkSync(outside, join(shop, 'link'));
  symlinkSync('/etc/passwd', join(shop, 'passwd'));
  commitFiles(shop, {});
  // A tree that no honest git makes: a link, and a file beyond it.
  const blob = gitOf(shop, 'hash-object', '-w', 'a.txt');
  const link = gitOf(shop, 'rev-parse', 'HEAD:link');
  const inner = mktree(shop, `100644 blob ${blob}\tsecret\n`);
  const evil = mktree(shop, `120000 blob ${link}\tLink\n040000 tree ${inner}\tlink\n`);
  const commit = gitOf(shop, 'commit-tree', '-m', 'evil', '-p', 'HEAD', evil);

  const { clone } = await takenIn(folder, shop);
  t.true(lstatSync(join(clone, 'link')).isSymbolicLink());
  t.true(lstatSync(join(clone, 'passwd')).isSymbolicLink());
  gitOf(shop, 'update-ref', 'refs/heads/main', commit);
  const git = systemGit(folder);
  const kept = new Repository(git, join(folder, 'kept.git'));
  await kept.fetch({ address: shop, protocols: ['file'], trusted: shop }, [
    '+refs/heads/*:refs/remotes/origin/*',
  ]);
  const again = join(folder, 'again');
  await cloneForAgent(git, kept, { folder: again, branch: 'work', commit, identity: IDENTITY });

  t.is(readFileSync(join(again, 'link/secret'), 'utf8'), 'one\n');
  t.is(readFileSync(join(outside, 'secret'), 'utf8'), 'secret\n');
});

const mktree = (folder: string, lines: string): string =>
  execFileSync('git', ['-C', folder, 'mktree'], { input: lines, encoding: 'utf8' }).trim();

test('a path that is git’s own folder is refused, however it is spelt', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const blob = gitOf(shop, 'hash-object', '-w', 'a.txt');
  const hooks = mktree(shop, `100755 blob ${blob}\tpost-checkout\n`);
  const inner = mktree(shop, `040000 tree ${hooks}\thooks\n`);
  const evil = mktree(shop, `040000 tree ${inner}\t.GIT\n`);
  gitOf(shop, 'update-ref', 'refs/heads/main', gitOf(shop, 'commit-tree', '-m', 'x', evil));

  await t.throwsAsync(takenIn(folder, shop), { message: /hasDotgit|\.git/i });
});

test('submodules are not fetched, whatever their URL is', async (t) => {
  const folder = ownFolder(t);
  const sprung = join(folder, 'sprung');
  const shop = repositoryWith(join(folder, 'shop'), {
    '.gitmodules': `[submodule "evil"]\n\tpath = evil\n\turl = ext::sh -c touch% ${sprung}\n`,
  });
  gitOf(shop, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},evil`);
  gitOf(shop, 'commit', '--quiet', '-m', 'submodule');

  const { clone } = await takenIn(folder, shop);

  t.deepEqual(readdirSync(join(clone, 'evil')), []);
  t.false(existsSync(sprung));
});

test('names with line feeds, quotes and dashes are files like others', async (t) => {
  const folder = ownFolder(t);
  const names = ['a\nb', ' ', '-rf', '"quoted"', "it's", '\u001b[31mred', 'ü\t'];
  const shop = repositoryWith(
    join(folder, 'shop'),
    Object.fromEntries(names.map((name) => [name, name])),
  );

  const { clone } = await takenIn(folder, shop);

  t.deepEqual(readdirSync(clone).toSorted(), [...names, '.git'].toSorted());
});

test('100,000 files are taken in', async (t) => {
  const folder = ownFolder(t);
  const shop = join(folder, 'shop');
  mkdirSync(shop);
  gitOf(shop, 'init', '--quiet', '--bare');
  const files = Array.from({ length: 100_000 }, (_, i) => `M 100644 :1 d${i % 500}/f${i}\n`);
  const input = `blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 1\nx\n${files.join('')}\n`;
  execFileSync('git', ['-C', shop, 'fast-import', '--quiet'], { input });

  const { clone } = await takenIn(folder, shop);

  t.is(readdirSync(join(clone, 'd7')).length, 200);
});

test('a repository of somebody else’s is worked on only where it was allowed', async (t) => {
  if (process.getuid?.() !== 0) {
    t.log('left out: only root can give a folder to somebody else');
    t.pass();
    return;
  }
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  execFileSync('chown', ['-R', '65534:65534', shop]);
  const kept = new Repository(systemGit(folder), join(folder, 'kept.git'));
  await kept.make('main');
  const refs = ['+refs/heads/*:refs/remotes/origin/*'];

  const refused = kept.fetch({ address: shop, protocols: ['file'] }, refs);
  await t.throwsAsync(refused, { message: /dubious ownership|Could not read/ });
  await kept.fetch({ address: shop, protocols: ['file'], trusted: shop }, refs);
  t.truthy(await kept.commitOf('refs/remotes/origin/main'));
});

test('what an agent leaves under hostile names, links and filters is kept, taken back and merged like the rest', async (t) => {
  const spawner = await startSpawner(t);
  const { projectId } = await projectFrom(spawner, {});
  const [one, two] = await Promise.all([
    ShellAgent.begin(spawner, { id: projectId, branch: 'one' }),
    ShellAgent.begin(spawner, { id: projectId, branch: 'two' }),
  ]);
  const workspace = spawner.workspace(one.agentId);
  const sprung = join(spawner.folder, 'sprung');
  // Its own configuration is the agent's to write: hooks and fsmonitor are not run by what the system does there.
  await one.does(
    `mkdir -p .git/hooks; for h in post-index-change reference-transaction post-merge; do printf '#!/bin/sh\\ntouch ${sprung}\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done; git config core.fsmonitor 'touch ${sprung}; false'`,
  );
  const kept = await one.does(
    `printf 1 > $'a\\nb'; printf 1 > ./-rf; printf 1 > ' '; ln -s /etc/passwd passwd; echo '* merge=evil filter=evil' > .gitattributes`,
  );
  t.like(kept, { type: 'turn.snapshot', data: { files: 5, insertions: 5 } });
  t.like(await one.undo(), { type: 'process.undone', data: { files: 5 } });
  t.deepEqual(readdirSync(workspace), ['.git']);
  t.false(existsSync(sprung));
  t.regex(readFileSync('/etc/passwd', 'utf8'), /^root:/);

  const commit = (text: string) =>
    `printf ${text} > $'a\\nb'; echo '* merge=evil' > .gitattributes; git -c core.hooksPath= -c core.fsmonitor= add --all; git -c core.hooksPath= -c core.fsmonitor= commit -qm ${text}`;
  await one.does(`${commit('one')}; orchestrator project merge > ../merged 2>&1`);
  await two.does(`${commit('two')}; orchestrator project merge > ../merged 2>&1`);
  const said = (agent: ShellAgent) =>
    readFileSync(join(spawner.workspace(agent.agentId), '..', 'merged'), 'utf8');
  t.regex(said(one), /^main has it now/m);
  t.regex(said(two), /ORC_MERGE_CONFLICT: Both have changed a\\nb\./);
});
