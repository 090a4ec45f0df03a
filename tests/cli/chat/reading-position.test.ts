import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ReadingPosition } from '../../../cli/chat/reading-position.ts';
import { dataPaths } from '../../../platform/service/data-paths.ts';
import { temporaryFolder } from '../../support/nats.ts';

const ADA = { channel: 'terminal', userId: 'ada' };

test('somebody new begins at the end of the log', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));

  const position = await ReadingPosition.load(paths, ADA, 41);

  t.is(position.seen, 41);
  t.is(position.from, 42);
});

test('who comes back goes on where they left off, also after a first look without a word', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  await ReadingPosition.load(paths, ADA, 5);
  const first = await ReadingPosition.load(paths, ADA, 10);
  t.is(first.seen, 5);
  for (let seen = 6; seen < 10; seen += 1) first.moveTo({ seen, from: seen - 1 });
  await first.saved();

  const second = await ReadingPosition.load(paths, ADA, 20);

  t.is(second.seen, 9);
  t.is(second.from, 8);
});

for (const kept of ['', 'nonsense', '{"seen":-1,"from":1}', '{"seen":100,"from":90}']) {
  test(`a position that says ${JSON.stringify(kept)} of a log of 10 counts as none`, async (t) => {
    const paths = dataPaths(await temporaryFolder(t));
    await mkdir(join(paths.root, 'terminal'));
    await writeFile(join(paths.root, 'terminal', 'ada.json'), kept);

    t.is((await ReadingPosition.load(paths, ADA, 10)).seen, 10);
  });
}

test('a position that cannot be saved is said', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  const position = await ReadingPosition.load(paths, ADA, 1);
  await rm(join(paths.root, 'terminal'), { recursive: true });
  await writeFile(join(paths.root, 'terminal'), 'in its place');

  position.moveTo({ seen: 2, from: 3 });

  await t.throwsAsync(position.saved(), { code: 'EEXIST' });
});
