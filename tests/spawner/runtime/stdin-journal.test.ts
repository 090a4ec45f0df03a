import { mkdtempSync } from 'node:fs';
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { StdinJournal } from '../../../spawner/runtime/local/stdin-journal.ts';

async function emptyJournal(t: ExecutionContext): Promise<{ bytes: string; index: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-journal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const files = { bytes: join(folder, 'stdin'), index: join(folder, 'stdin.index') };
  await writeFile(files.bytes, '');
  await writeFile(files.index, '');
  return files;
}

const one = Buffer.from('one\n');
const two = Buffer.from('second\n');
const three = Buffer.from('three\n');

test('an id is written once, also by the next holder', async (t) => {
  const files = await emptyJournal(t);
  const journal = await StdinJournal.open(files.bytes);
  t.is(await journal.write('a', one), 'written');
  t.is(await journal.write('a', one), 'already-written');
  const later = await StdinJournal.open(files.bytes);
  t.is(await later.write('a', one), 'already-written');
  t.true(await later.has('a'));
  t.false(await later.has('b'));
  t.is(await readFile(files.bytes, 'utf8'), 'one\n');
});

test('a message whose bytes a crash tore anywhere is completed before another follows', async (t) => {
  for (let cut = 0; cut <= two.length; cut += 1) {
    const files = await emptyJournal(t);
    const journal = await StdinJournal.open(files.bytes);
    await journal.write('a', one);
    await journal.write('b', two);
    await truncate(files.bytes, one.length + cut);

    const later = await StdinJournal.open(files.bytes);
    t.true(await later.has('b'), 'nobody needs to send it again');
    t.is(await later.write('c', three), 'written');

    t.is(await readFile(files.bytes, 'utf8'), 'one\nsecond\nthree\n', `cut at ${cut}`);
  }
});

test('a message whose index line a crash tore anywhere was not written, and is written anew', async (t) => {
  const whole = await emptyJournal(t);
  const journal = await StdinJournal.open(whole.bytes);
  await journal.write('a', one);
  const before = (await readFile(whole.index)).length;
  await journal.write('b', two);
  const line = (await readFile(whole.index, 'utf8')).slice(before);
  for (let cut = 0; cut < line.length; cut += 1) {
    const files = await emptyJournal(t);
    await (await StdinJournal.open(files.bytes)).write('a', one);
    await appendFile(files.index, line.slice(0, cut));
    await writeFile(`${files.bytes}.writing`, two);

    const later = await StdinJournal.open(files.bytes);
    t.false(await later.has('b'));
    t.is(await later.write('c', three), 'written');
    t.is(await later.write('b', two), 'written');

    const last = await StdinJournal.open(files.bytes);
    t.deepEqual(await Promise.all(['a', 'b', 'c'].map((id) => last.has(id))), [true, true, true]);
    t.is(await readFile(files.bytes, 'utf8'), 'one\nthree\nsecond\n', `cut at ${cut}`);
  }
});

test('a torn message that nothing is kept of waits for its sender, and no other overtakes it', async (t) => {
  const files = await emptyJournal(t);
  await writeFile(files.index, `${JSON.stringify({ id: 'a', offset: 0, length: 4 })}\n`);
  await writeFile(files.bytes, 'on');
  await writeFile(`${files.bytes}.writing`, 'something else');
  const journal = await StdinJournal.open(files.bytes);
  t.false(await journal.has('a'));
  await t.throwsAsync(journal.write('b', two), { message: /lacks bytes of message a/ });
  t.is(await readFile(files.bytes, 'utf8'), 'on');
  t.is(await journal.write('a', one), 'already-written');
  t.is(await journal.write('b', two), 'written');
  t.is(await readFile(files.bytes, 'utf8'), 'one\nsecond\n');
});

test('a line that another holder wrote meanwhile is seen', async (t) => {
  const files = await emptyJournal(t);
  const [old, young] = [await StdinJournal.open(files.bytes), await StdinJournal.open(files.bytes)];
  await young.write('a', one);
  t.is(await old.write('a', one), 'already-written');
  t.is(await old.write('b', two), 'written');
  t.is(await readFile(files.bytes, 'utf8'), 'one\nsecond\n');
});
