import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { dataPaths } from '../../../platform/service/data-paths.ts';
import { lockFolder } from '../../../platform/service/folder-lock.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { temporaryFolder } from '../../support/nats.ts';

const HOLDER = join(import.meta.dirname, 'fixtures', 'hold-lock.ts');

/** A process that takes the folder when it is told to. */
async function holder(t: ExecutionContext, folder: string): Promise<ChildProcess> {
  const child = fork(HOLDER, [folder]);
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function take(child: ChildProcess): Promise<string> {
  child.send('go');
  const [word] = await once(child, 'message');
  return String(word);
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a folder that another process holds is refused, and the process named', async (t) => {
  const folder = await temporaryFolder(t);
  const other = await holder(t, folder);
  t.is(await take(other), 'held');

  const error = await t.throwsAsync(lockFolder(dataPaths(folder)), {
    instanceOf: OrchestratorError,
  });

  t.is(error.code, 'ORC_DATA_LOCKED');
  t.true(error.message.includes(folder));
  t.true(error.message.includes(`process ${other.pid}`));
});

test('the lock of a killed process is taken over, and then held like any other', async (t) => {
  const folder = await temporaryFolder(t);
  const other = await holder(t, folder);
  await take(other);
  await killed(other);

  await lockFolder(dataPaths(folder));

  await t.throwsAsync(lockFolder(dataPaths(folder)), { message: RegExp(`process ${process.pid}`) });
});

test('of many processes that race for a dead lock exactly one wins, round after round', async (t) => {
  const folder = await temporaryFolder(t);
  let previous: ChildProcess | undefined;
  for (let round = 0; round < 3; round += 1) {
    const racers = await Promise.all(Array.from({ length: 8 }, () => holder(t, folder)));
    if (previous) await killed(previous);

    const words = await Promise.all(racers.map(take));

    const winners = racers.filter((_, index) => words[index] === 'held');
    t.is(winners.length, 1);
    t.is(words.filter((word) => word.startsWith('ORC_DATA_LOCKED')).length, racers.length - 1);
    previous = winners[0];
  }
  t.deepEqual(await readdir(folder), ['lock']);
});

test('a successor that died before it took over is itself taken over', async (t) => {
  const folder = await temporaryFolder(t);
  const paths = dataPaths(folder);
  const dead = (nonce: string) =>
    JSON.stringify({ pid: process.pid, identity: 'of another start', nonce });
  await writeFile(paths.lock, dead('first'));
  await writeFile(`${paths.lock}.${derivedId('', dead('first'))}`, dead('second'));

  await lockFolder(paths);

  await t.throwsAsync(lockFolder(paths), { message: RegExp(`process ${process.pid}`) });
});

for (const garbage of ['', '{"pid":', '[]', 'null', '{"pid":"1","identity":2}']) {
  test(`a lock that says ${JSON.stringify(garbage)} holds nobody back`, async (t) => {
    const paths = dataPaths(await temporaryFolder(t));
    await writeFile(paths.lock, garbage);

    await t.notThrowsAsync(lockFolder(paths));
  });
}

test('a released folder can be taken again', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  const lock = await lockFolder(paths);
  await lock.release();

  await t.notThrowsAsync(lockFolder(paths));
});

test('releasing leaves the lock of a later holder alone', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  const lock = await lockFolder(paths);
  await writeFile(paths.lock, 'of another');

  await lock.release();

  t.deepEqual(await readdir(paths.root), ['lock']);
});

test('the folder is made for its owner only', async (t) => {
  const paths = dataPaths(join(await temporaryFolder(t), 'a', 'b'));

  await lockFolder(paths);

  t.is((await stat(paths.root)).mode & 0o777, 0o700);
  t.is((await stat(paths.lock)).mode & 0o777, 0o600);
});

test('a folder that cannot be made is refused with its name and the reason', async (t) => {
  const file = join(await temporaryFolder(t), 'file');
  await writeFile(file, '');

  const error = await t.throwsAsync(lockFolder(dataPaths(join(file, 'data'))), {
    instanceOf: OrchestratorError,
  });

  t.is(error.code, 'ORC_DATA_DIR');
  t.regex(error.line, /file\/data cannot be written \(ENOTDIR.*Make it writable/);
});

test('a folder in which nothing can be written is refused', async (t) => {
  // Nobody writes there, root neither.
  const error = await t.throwsAsync(lockFolder(dataPaths('/proc')), {
    instanceOf: OrchestratorError,
  });

  t.is(error.code, 'ORC_DATA_DIR');
});
