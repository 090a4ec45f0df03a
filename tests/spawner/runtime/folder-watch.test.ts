import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { SharedInterval } from '../../../platform/async/shared-interval.ts';
import { FolderWatch } from '../../../spawner/runtime/local/folder-watch.ts';
import { temporaryFolder } from '../../support/nats.ts';

/** Ticks when the test says so. */
const byHand = () => new SharedInterval(1_000_000_000);

test('a folder that reports its changes is left alone while there are none, but for a look in a long while', async (t) => {
  const folder = await temporaryFolder(t);
  const interval = byHand();
  const watch = new FolderWatch(folder, interval);
  t.teardown(() => watch.close());
  await writeFile(join(folder, 'a'), 'a change');
  await watch.changedSince(0);
  const told = watch.count;
  for (let second = 1; second < 30; second += 1) interval.tick();
  t.is(watch.count, told);
  for (let second = 0; second < 60; second += 1) interval.tick();
  t.is(watch.count, told + 1);
});

test('a folder in which nothing ever happens is left alone, too', async (t) => {
  const interval = byHand();
  const watch = new FolderWatch(await temporaryFolder(t), interval);
  t.teardown(() => watch.close());
  await watch.changedSince(0);
  const told = watch.count;
  for (let second = 1; second < 60; second += 1) interval.tick();
  t.is(watch.count, told);
});

test('a folder of which nothing is ever reported is looked at with every tick', async (t) => {
  const interval = byHand();
  const watch = new FolderWatch(join(await temporaryFolder(t), 'not-there'), interval);
  interval.tick();
  interval.tick();
  t.is(watch.count, 2);
  watch.close();
  const closed = watch.count;
  interval.tick();
  t.is(watch.count, closed);
});
