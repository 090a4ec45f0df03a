import { existsSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { withFolderLock } from '../../bootstrap/folder-lock.mjs';
import { put, temporaryFolder } from './checkout.ts';

/** Above every pid that Linux and macOS give. */
const NO_PROCESS = 4_194_305;

test('what two do under one lock does not overlap', async (t) => {
  const lock = join(temporaryFolder(t), 'cache', 'lock');
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await turn();
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withFolderLock(lock, work)));
  t.is(most, 1);
  t.false(existsSync(lock));
});

test('a lock is given back when the work fails', async (t) => {
  const lock = join(temporaryFolder(t), 'lock');
  await t.throwsAsync(
    withFolderLock(lock, () => Promise.reject(new Error('broken'))),
    {
      message: 'broken',
    },
  );
  t.is(await withFolderLock(lock, async () => 'next'), 'next');
});

test('the lock of a process that is gone is taken over', async (t) => {
  const lock = join(temporaryFolder(t), 'lock');
  put(join(lock, 'holder'), `${hostname()} ${NO_PROCESS}`);
  t.is(await withFolderLock(lock, async () => 'mine'), 'mine');
});

test('a lock that nobody touched for minutes is taken over, though its pid lives', async (t) => {
  const lock = join(temporaryFolder(t), 'lock');
  put(join(lock, 'holder'), `another-host ${process.pid}`);
  const longAgo = new Date(Date.now() - 300_000);
  utimesSync(lock, longAgo, longAgo);
  t.is(await withFolderLock(lock, async () => 'mine'), 'mine');
});

test('who waits is told once for whom', async (t) => {
  const lock = join(temporaryFolder(t), 'lock');
  const told: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const first = withFolderLock(lock, () => waiting.promise);
  await withTold();
  await first;
  t.deepEqual(told, [`${hostname()} ${process.pid}`]);

  async function withTold() {
    await withFolderLock(lock, async () => undefined, {
      onWait: (holder) => {
        told.push(holder);
        waiting.resolve();
      },
    });
  }
});
