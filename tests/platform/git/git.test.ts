import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { GitFailed, withoutPasswords } from '../../../platform/git/git.ts';
import { commitFiles, gitOf, ownFolder, repositoryWith, systemGit } from '../../support/git.ts';

/** A program that leaves a file behind where it is run. */
function trap(folder: string): { program: string; sprung: string } {
  const [program, sprung] = [join(folder, 'trap.sh'), join(folder, 'sprung')];
  writeFileSync(program, `#!/bin/sh\ntouch '${sprung}'\ncat\n`);
  chmodSync(program, 0o755);
  return { program, sprung };
}

test('nothing that a repository’s own configuration names is run', async (t) => {
  const folder = ownFolder(t);
  const { program, sprung } = trap(folder);
  const shop = repositoryWith(join(folder, 'shop'), {
    '.gitattributes': '* filter=evil diff=evil merge=evil\n',
    'a.txt': 'one\n',
  });
  const git = systemGit(folder);
  for (const [name, value] of [
    ['core.fsmonitor', program],
    ['core.pager', program],
    ['core.sshCommand', program],
    ['core.editor', program],
    ['diff.external', program],
  ] as const) {
    gitOf(shop, 'config', name, value);
  }
  mkdirSync(join(shop, '.git/hooks'), { recursive: true });
  const hooks = [
    'pre-commit',
    'post-commit',
    'post-checkout',
    'reference-transaction',
    'post-index-change',
  ];
  for (const hook of hooks) {
    writeFileSync(join(shop, '.git/hooks', hook), `#!/bin/sh\ntouch '${sprung}'\n`);
    chmodSync(join(shop, '.git/hooks', hook), 0o755);
  }
  writeFileSync(join(shop, 'a.txt'), 'two\n');

  await git.run({ args: ['status', '--porcelain'], cwd: shop });
  await git.run({ args: ['diff', '--no-ext-diff', '--no-textconv'], cwd: shop });
  await git.run({
    args: ['-c', 'user.name=a', '-c', 'user.email=b', 'commit', '-qam', 'x'],
    cwd: shop,
  });
  await git.run({ args: ['checkout', '--quiet', '-b', 'other'], cwd: shop });

  t.false(existsSync(sprung));
  // The traps are real: a person's git does spring them.
  gitOf(shop, 'status', '--porcelain');
  t.true(existsSync(sprung));
});

test('no setting, filter or credential of whoever runs the system is used', async (t) => {
  const folder = ownFolder(t);
  const { program, sprung } = trap(folder);
  const home = join(folder, 'home');
  mkdirSync(home);
  const settings = `[filter "evil"]\n clean = ${program}\n smudge = ${program}\n required = true\n`;
  writeFileSync(join(home, '.gitconfig'), settings);
  const before = { HOME: process.env.HOME, GIT_DIR: process.env.GIT_DIR };
  process.env.HOME = home;
  process.env.GIT_DIR = '/nonexistent';
  t.teardown(() => {
    process.env.HOME = before.HOME;
    delete process.env.GIT_DIR;
  });
  const git = systemGit(folder);
  const shop = join(folder, 'shop');
  await git.run({ args: ['init', '--quiet', '--template=', shop] });
  writeFileSync(join(shop, '.gitattributes'), '* filter=evil\n');
  writeFileSync(join(shop, 'a.txt'), 'one\n');

  await git.run({ args: ['add', '--all'], cwd: shop });

  t.is(await git.run({ args: ['cat-file', 'blob', ':a.txt'], cwd: shop }), 'one');
  t.false(existsSync(sprung));
});

test('no transport that runs a program is ever taken', async (t) => {
  const folder = ownFolder(t);
  const git = systemGit(folder);
  const sprung = join(folder, 'sprung');
  for (const protocols of [undefined, ['file'], ['file', 'https', 'http', 'ssh']] as const) {
    const args = ['clone', `ext::sh -c touch% ${sprung}`, join(folder, 'clone')];
    const error = await t.throwsAsync(git.run({ args, ...(protocols && { protocols }) }), {
      instanceOf: GitFailed,
    });
    t.regex(error?.message ?? '', /transport 'ext' not allowed/);
  }
  const file = git.run({ args: ['clone', `file://${folder}`, join(folder, 'clone')] });
  await t.throwsAsync(file, { message: /transport 'file' not allowed/ });
  t.false(existsSync(sprung));
});

test('it never asks, and is killed with all that it started when its time is over', async (t) => {
  const folder = ownFolder(t);
  const git = systemGit(folder);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const pid = join(folder, 'pid');
  // An alias is a program of the caller's own choice: it stands for a git that hangs.
  const hang = ['-c', `alias.hang=!echo $$ > '${pid}'; sleep 600`, 'hang'];
  const error = await t.throwsAsync(git.run({ args: hang, cwd: shop, timeoutMs: 1_000 }));
  t.regex(error?.message ?? '', /took longer than 1 s/);
  const abort = new AbortController();
  abort.abort();
  await t.throwsAsync(git.run({ args: hang, cwd: shop, signal: abort.signal }), {
    message: /was ended with the system/,
  });
});

test('what it prints is kept up to a bound, and what is wrong is told in one line', async (t) => {
  const folder = ownFolder(t);
  const git = systemGit(folder);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'x'.repeat(10_000) });
  commitFiles(shop, { 'a\nb.txt': 'newline\n' });
  const call = { args: ['cat-file', 'blob', 'HEAD:a.txt'], cwd: shop };
  t.is((await git.bytes(call)).length, 10_000);
  const cut = await git.try({ ...call, outputBytes: 100 });
  t.deepEqual([cut.stdout.length, cut.truncated], [100, true]);
  await t.throwsAsync(git.bytes({ ...call, outputBytes: 100 }), { message: /more than is kept/ });
  const names = await git.bytes({ args: ['ls-tree', '-z', '--name-only', 'HEAD'], cwd: shop });
  t.deepEqual(names.toString().split('\0'), ['a\nb.txt', 'a.txt', '']);
  const error = await t.throwsAsync(git.run({ args: ['rev-parse', 'no-such'], cwd: shop }));
  t.notRegex(error?.message ?? '\n', /\n/);
  t.is(withoutPasswords('fatal: https://ann:secret@host/x'), 'fatal: https://host/x');
  const none = new (git.constructor as typeof import('../../../platform/git/git.ts').Git)({
    searchPath: '/nonexistent',
    home: folder,
  });
  await t.throwsAsync(none.run({ args: ['version'] }), { message: /git is not there; install it/ });
});
