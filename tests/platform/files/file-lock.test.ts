import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { withFileLock } from '../../../platform/files/file-lock.ts';
import { temporaryFolder } from '../../support/nats.ts';

const LOCK = join(import.meta.dirname, '../../../platform/files/file-lock.ts');

/** Adds one to a number in a file, as often as it is told, with a pause between read and write. */
const COUNTING = `
import { readFile, writeFile } from 'node:fs/promises';
import { withFileLock } from ${JSON.stringify(LOCK)};
const [file, times] = process.argv.slice(1);
for (let n = 0; n < Number(times); n += 1) {
  await withFileLock(file, async () => {
    const count = Number(await readFile(file, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await writeFile(file, String(count + 1));
  });
}`;

test('one process at a time does what is done under a lock', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'count');
  await writeFile(file, '0');
  const counting = () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', COUNTING, file, '10']);

  await Promise.all([counting(), counting(), counting()]);

  t.is(await readFile(file, 'utf8'), '30');
  t.deepEqual(await readdir(folder), ['count'], 'no lock is left');
});

test('a lock that was left behind is taken over, and one that is held is not', async (t) => {
  const path = join(await temporaryFolder(t), 'login');
  const work = () => withFileLock(path, async () => 'done');
  await mkdir(`${path}.lock`);
  await t.throwsAsync(work(), { code: 'EEXIST' });
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(`${path}.lock`, minuteAgo, minuteAgo);

  t.is(await work(), 'done');
});

test('a lock is given back where the work fails', async (t) => {
  const path = join(await temporaryFolder(t), 'login');
  const failing = withFileLock(path, async () => {
    throw new Error('no');
  });
  await t.throwsAsync(failing, { message: 'no' });

  t.is(await withFileLock(path, async () => 'done'), 'done');
});
