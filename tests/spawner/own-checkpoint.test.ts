import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ownCheckpoint } from '../../spawner/own-checkpoint.ts';
import { temporaryFolder } from '../support/nats.ts';

const DAY_MS = 24 * 3_600_000;

async function put(folder: string, name: string, daysAgo: number): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, name);
  const at = new Date(Date.now() - daysAgo * DAY_MS);
  await utimes(file, at, at);
}

test('a node without a checkpoint begins with the newest of another, and leaves that alone', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'spawner-a-1.jsonl', 2);
  await put(folder, 'spawner-a-2.jsonl', 1);
  await put(folder, 'system.jsonl', 0);

  const own = await ownCheckpoint(folder, 'a-3');

  t.is(own, join(folder, 'spawner-a-3.jsonl'));
  t.is(await readFile(own, 'utf8'), 'spawner-a-2.jsonl');
  t.is(await readFile(join(folder, 'spawner-a-2.jsonl'), 'utf8'), 'spawner-a-2.jsonl');
});

test('a node keeps its own, however old; those that nobody writes any more go', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'spawner-a-1.jsonl', 30);
  await put(folder, 'spawner-a-2.jsonl', 8);
  await put(folder, 'spawner-a-3.jsonl', 6);

  t.is(await readFile(await ownCheckpoint(folder, 'a-1'), 'utf8'), 'spawner-a-1.jsonl');

  t.deepEqual((await readdir(folder)).sort(), ['spawner-a-1.jsonl', 'spawner-a-3.jsonl']);
});

test('where there is no folder yet there is none to begin with', async (t) => {
  const folder = join(await temporaryFolder(t), 'snapshots');
  t.is(await ownCheckpoint(folder, 'a-1'), join(folder, 'spawner-a-1.jsonl'));
});
