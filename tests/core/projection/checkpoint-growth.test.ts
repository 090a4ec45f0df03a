import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { hashSystem, initialSystem, type SystemState } from '../../../core/domain/system-state.ts';
import { CheckpointFile } from '../../../core/projection/checkpoint-file.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { foldHistory, historyNames, readHistory } from '../../support/recorded-history.ts';
import { quiet } from './folded-log.ts';

const STREAM = '2026-01-04T15:30:45Z';

async function checkpointIn(t: ExecutionContext) {
  const path = join(await temporaryFolder(t), 'system.jsonl');
  const file = () => new CheckpointFile({ path, logger: quiet, version: 'v1' });
  const load = () => file().load(STREAM, 1_000_000);
  return { path, file: file(), other: file, load };
}

/** What is read has to list everything in the same order, or what is forgotten first differs. */
const listed = (state: SystemState) =>
  [state.agents, state.fences, state.archived, state.users, state.projects, state.nodes].map(
    (map) => [...map],
  );

for (const name of historyNames()) {
  test(`${name}: saved after each event it is read as it was, whatever was added to the file`, async (t) => {
    const { file, load } = await checkpointIn(t);
    const state = initialSystem();
    for (const message of await readHistory(name)) {
      foldHistory([message], state);
      await file.save({ stream: STREAM, sequence: message.sequence, state });
      const read = await load();
      if (read === undefined) return t.fail();
      t.is(read.sequence, message.sequence);
      t.is(hashSystem(read.state), hashSystem(state));
      t.deepEqual(listed(read.state), listed(state));
    }
  });
}

test('entries that go, come and come again are read in the order in which they stand', async (t) => {
  const { file, load } = await checkpointIn(t);
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.tuple(key, fc.option(fc.nat(3)));
  const rounds = fc.array(fc.array(step, { maxLength: 8 }), { minLength: 2, maxLength: 4 });
  const property = fc.asyncProperty(rounds, async (saves) => {
    const state = initialSystem();
    for (const steps of saves) {
      for (const [name, value] of steps) {
        if (value === null) state.fences.delete(name);
        else state.fences.set(name, value);
      }
      await file.save({ stream: STREAM, sequence: 1, state });
      t.deepEqual((await load())?.state, state);
    }
  });
  await fc.assert(property, { numRuns: 50 });
});

/** Of many agents of a history, each under its own id. */
async function manyAgents(count: number): Promise<SystemState> {
  const state = foldHistory(await readHistory('crash-in-a-turn'));
  const [agent] = state.agents.values();
  if (agent === undefined) throw new Error('the history has no agent');
  for (let at = 0; at < count; at += 1) {
    const agentId = `agent-${at.toString(16).padStart(12, '0')}`;
    state.agents.set(agentId, { ...agent, agentId });
  }
  return state;
}

test('a save costs what has changed, not what there is', async (t) => {
  const { path, file } = await checkpointIn(t);
  const state = await manyAgents(1_000);
  await file.save({ stream: STREAM, sequence: 1, state });
  const whole = (await stat(path)).size;
  const { ino } = await stat(path);
  state.fences.set('agent-000000000001', 7);
  await file.save({ stream: STREAM, sequence: 2, state });
  const grown = await stat(path);
  t.is(grown.ino, ino, 'the same file');
  t.true(grown.size - whole < 500, `${grown.size - whole} bytes`);
});

test('a file whose changes are as many as its state is written anew', async (t) => {
  const { path, file, load } = await checkpointIn(t);
  const state = await manyAgents(2_000);
  await file.save({ stream: STREAM, sequence: 1, state });
  const { ino, size } = await stat(path);
  let sequence = 1;
  while ((await stat(path)).ino === ino) {
    for (const [agentId, agent] of state.agents) state.agents.set(agentId, { ...agent });
    sequence += 1;
    await file.save({ stream: STREAM, sequence, state });
    t.true(sequence < 10, 'it grows for ever');
  }
  t.true((await stat(path)).size < size * 1.1);
  t.is((await load())?.sequence, sequence);
});

test('a file of which most has gone is written anew', async (t) => {
  const { path, file, load } = await checkpointIn(t);
  const state = await manyAgents(5_000);
  await file.save({ stream: STREAM, sequence: 1, state });
  t.true((await stat(path)).size > 1024 * 1024);
  for (const agentId of [...state.agents.keys()].slice(100)) state.agents.delete(agentId);
  await file.save({ stream: STREAM, sequence: 2, state });
  t.true((await stat(path)).size < 100_000);
  t.deepEqual(listed((await load())?.state ?? initialSystem()), listed(state));
});

test('a process that comes after goes on with the file, and with one that it did not write', async (t) => {
  const { path, file, other, load } = await checkpointIn(t);
  const state = await manyAgents(10);
  await file.save({ stream: STREAM, sequence: 1, state });
  const next = other();
  const read = await next.load(STREAM, 10);
  read?.state.fences.set('agent-000000000001', 7);
  if (read) await next.save({ ...read, sequence: 2 });
  t.is((await load())?.sequence, 2);

  await rm(path);
  if (read) await next.save({ ...read, sequence: 3 });
  t.is((await load())?.sequence, 3, 'all of it is there again');
  await appendFile(path, 'what nobody wrote');
  if (read) await next.save({ ...read, sequence: 4 });
  t.is((await load())?.sequence, 4);
});

test('what was added last and is torn counts for nothing; what stood before it holds', async (t) => {
  const { path, file, other, load } = await checkpointIn(t);
  const state = await manyAgents(3);
  await file.save({ stream: STREAM, sequence: 1, state });
  const before = hashSystem(state);
  const { size } = await stat(path);
  state.fences.set('agent-000000000001', 7);
  await file.save({ stream: STREAM, sequence: 2, state });
  const whole = await readFile(path);

  for (const end of [size + 1, size + 40, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, end));
    const read = await load();
    t.is(read?.sequence, 1, `cut at ${end}`);
    t.is(read && hashSystem(read.state), before);
  }
  // Who goes on from there does not write behind what is torn.
  const next = other();
  const read = await next.load(STREAM, 10);
  if (read) await next.save({ ...read, sequence: 5 });
  t.is((await load())?.sequence, 5);

  await writeFile(path, whole.toString().replace('"line"', '"lime"'));
  t.is(await load(), undefined, 'its first part is damaged');
});
