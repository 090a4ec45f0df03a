import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hashSystem, initialSystem } from '../../../core/domain/system-state.ts';
import { CheckpointFile } from '../../../core/projection/checkpoint-file.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { foldHistory, historyNames, readHistory } from '../../support/recorded-history.ts';
import { quiet } from './folded-log.ts';

const STREAM = '2026-01-04T15:30:45Z';

async function checkpointIn(t: ExecutionContext, version = 'v1') {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'snapshots', 'system.jsonl');
  return { path, file: new CheckpointFile({ path, logger: quiet, version }) };
}

const someState = async () => foldHistory(await readHistory('two-users'));

test('what is read is what was written, in the same order', async (t) => {
  const { file } = await checkpointIn(t);
  const state = await someState();
  await file.save({ stream: STREAM, sequence: 1000, state });
  const read = await file.load(STREAM, 1000);
  t.is(read?.sequence, 1000);
  t.deepEqual(read?.state, state);
  t.deepEqual([...(read?.state.agents.keys() ?? [])], [...state.agents.keys()]);
});

for (const name of historyNames()) {
  test(`${name}: going on from a checkpoint at any place comes to the same hash as a rebuild from zero`, async (t) => {
    const { file } = await checkpointIn(t);
    const messages = await readHistory(name);
    const whole = hashSystem(foldHistory(messages));
    for (let at = 0; at <= messages.length; at += 1) {
      const state = foldHistory(messages.slice(0, at));
      const sequence = messages[at - 1]?.sequence ?? 0;
      await file.save({ stream: STREAM, sequence, state });
      const read = await file.load(STREAM, 1_000_000);
      if (read === undefined) return t.fail();
      t.is(hashSystem(foldHistory(messages.slice(at), read.state)), whole, `after ${at}`);
    }
  });
}

test('a state that changes while it is written is written as it was', async (t) => {
  const { file } = await checkpointIn(t);
  const messages = await readHistory('two-users');
  const state = foldHistory(messages.slice(0, 10));
  const before = hashSystem(state);
  const saving = file.save({ stream: STREAM, sequence: 10, state });
  foldHistory(messages.slice(10), state);
  await saving;
  const read = await file.load(STREAM, 10);
  t.is(read && hashSystem(read.state), before);
});

test('there is none before the first, and an empty one can be read', async (t) => {
  const { file } = await checkpointIn(t);
  t.is(await file.load(STREAM, 10), undefined);
  await file.save({ stream: STREAM, sequence: 0, state: initialSystem() });
  t.deepEqual(await file.load(STREAM, 10), {
    stream: STREAM,
    sequence: 0,
    state: initialSystem(),
  });
});

test('one of another stream, or beyond the end of the stream, is not gone on from', async (t) => {
  const { file } = await checkpointIn(t);
  await file.save({ stream: STREAM, sequence: 10, state: await someState() });
  t.is(await file.load('2026-02-02T00:00:00Z', 10), undefined);
  t.is(await file.load(STREAM, 9), undefined);
  t.truthy(await file.load(STREAM, 10));
});

test('one that other code folded is not gone on from', async (t) => {
  const { path, file } = await checkpointIn(t, 'v1');
  await file.save({ stream: STREAM, sequence: 10, state: await someState() });
  const newer = new CheckpointFile({ path, logger: quiet, version: 'v2' });
  t.is(await newer.load(STREAM, 10), undefined);
});

test('one that is cut off anywhere, or changed by a character, is not gone on from', async (t) => {
  const { path, file } = await checkpointIn(t);
  await file.save({ stream: STREAM, sequence: 10, state: await someState() });
  const whole = await readFile(path, 'utf8');
  const lineEnds = [...whole.matchAll(/\n/g)].map(({ index }) => index + 1);
  for (const end of [0, 1, 100, ...lineEnds.slice(0, -1), whole.length - 1]) {
    await writeFile(path, whole.slice(0, end));
    t.is(await file.load(STREAM, 10), undefined, `cut at ${end}`);
  }
  await writeFile(path, whole.replace('terminal', 'terminus'));
  t.is(await file.load(STREAM, 10), undefined);
  await writeFile(path, whole);
  t.truthy(await file.load(STREAM, 10));
});

test('what a kill in the middle of writing left behind is overwritten, and the file was whole all the time', async (t) => {
  const { path, file } = await checkpointIn(t);
  const state = await someState();
  await file.save({ stream: STREAM, sequence: 10, state });
  await writeFile(`${path}.new`, 'half of a');
  t.is((await file.load(STREAM, 10))?.sequence, 10);
  // The next process that has no checkpoint to go on from writes all of it.
  const next = new CheckpointFile({ path, logger: quiet, version: 'v1' });
  await next.save({ stream: STREAM, sequence: 11, state });
  t.is((await file.load(STREAM, 11))?.sequence, 11);
  t.deepEqual(await readdir(join(path, '..')), ['system.jsonl']);
});

test('a place that cannot be read is as good as no checkpoint', async (t) => {
  const folder = await temporaryFolder(t);
  const file = new CheckpointFile({ path: folder, logger: quiet, version: 'v1' });
  t.is(await file.load(STREAM, 10), undefined);
});
