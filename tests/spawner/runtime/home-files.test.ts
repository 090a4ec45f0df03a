import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { FileRefused } from '../../../spawner/runtime/file-refused.ts';
import { replaceHomeFile } from '../../../spawner/runtime/local/home-files.ts';
import { temporaryFolder } from '../../support/nats.ts';

const TRIES = 400;

const HOME_FILES = join(import.meta.dirname, '../../../spawner/runtime/local/home-files.ts');

/** An agent that makes a link and a folder of one name in turn, each for a moment. */
const CHANGING = `
const { mkdirSync, rmSync, symlinkSync } = require('node:fs');
const moment = () => { for (const end = performance.now() + Math.random(); performance.now() < end; ); };
const quietly = (work) => { try { work(); } catch {} };
console.log('changing');
for (;;) {
  quietly(() => rmSync('d', { recursive: true, force: true }));
  quietly(() => symlinkSync(process.argv[1], 'd'));
  moment();
  quietly(() => rmSync('d', { recursive: true, force: true }));
  quietly(() => mkdirSync('d'));
  moment();
}`;

test('F12: a folder that is a link at one moment and a folder at the next leads nowhere', async (t) => {
  const [home, outside] = [await temporaryFolder(t), await temporaryFolder(t)];
  await mkdir(join(home, 'workspace'));
  const agent = spawn(process.execPath, ['-e', CHANGING, outside], {
    cwd: join(home, 'workspace'),
  });
  t.teardown(() => agent.kill('SIGKILL'));
  await once(agent.stdout, 'data');

  const outcomes = new Map<string, number>();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const outcome = await replaceHomeFile(home, `workspace/d/${tries}`, 'x', 0o600).then(
      () => 'written',
      (error: unknown) => (error instanceof FileRefused ? 'refused' : 'failed'),
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  agent.kill('SIGKILL');

  t.deepEqual(await readdir(outside), []);
  t.true((outcomes.get('refused') ?? 0) > 0, JSON.stringify([...outcomes]));
  t.true((outcomes.get('written') ?? 0) > 0, JSON.stringify([...outcomes]));
});

test('F12: what an agent has put in the way is told in words', async (t) => {
  const home = await temporaryFolder(t);
  await mkdir(join(home, 'folder', 'in'), { recursive: true });
  await symlink('loop', join(home, 'loop'));
  await symlink('nowhere', join(home, 'gone'));
  const write = (path: string) => replaceHomeFile(home, path, 'x', 0o600);
  await write('file');

  const reasons: [string, RegExp][] = [
    ['folder', /^folder cannot be written: a folder has its name$/],
    ['file/x', /^file\/x cannot be written: something on its way is no folder$/],
    ['loop/x', /its links lead nowhere$/],
    ['gone', /its links lead nowhere$/],
    [`${'n'.repeat(300)}/x`, /a name in it is too long$/],
  ];
  for (const [path, message] of reasons) {
    await t.throwsAsync(write(path), { instanceOf: FileRefused, message }, path);
  }
  t.deepEqual((await readdir(home)).toSorted(), ['file', 'folder', 'gone', 'loop']);
});

test('a file is replaced whole, with the mode that is asked for', async (t) => {
  const home = await temporaryFolder(t);
  await replaceHomeFile(home, 'a/b', 'one', 0o600);
  await replaceHomeFile(home, 'a/b', 'two', 0o600);

  t.is(await readFile(join(home, 'a/b'), 'utf8'), 'two');
  t.deepEqual(await readdir(join(home, 'a')), ['b'], 'nothing unfinished is left');
});

/** Bytes are counted in blocks of 1,024 by bash's `ulimit -f`. */
const WRITING = `
import { replaceHomeFile } from ${JSON.stringify(HOME_FILES)};
const [home] = process.argv.slice(1);
await replaceHomeFile(home, 'a/small', 'x', 0o600);
await replaceHomeFile(home, 'a/large', 'x'.repeat(100_000), 0o600).catch((error) => {
  console.log(error.name, error.message);
});`;

test('E8: a file that the disk does not take is refused, with nothing unfinished left', async (t) => {
  const home = await temporaryFolder(t);
  const limited = 'ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"';
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    limited,
    process.execPath,
    WRITING,
    home,
  ]);

  t.is(stdout, 'FileRefused a/large cannot be written: it is larger than a file may be there\n');
  t.deepEqual(await readdir(join(home, 'a')), ['small']);
});
