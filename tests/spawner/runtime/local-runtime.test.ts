import { mkdtempSync } from 'node:fs';
import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { LocalRuntime } from '../../../spawner/runtime/local/local-runtime.ts';
import { isRunning } from '../../../spawner/runtime/local/process-identity.ts';
import { StdinJournal } from '../../../spawner/runtime/local/stdin-journal.ts';
import { killAll, processesWith } from '../../support/process-tree.ts';
import { bashSpec, conformance, type RuntimeUnderTest } from './conformance.ts';

async function localRuntime(t: ExecutionContext): Promise<RuntimeUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-runtime-'));
  t.teardown(async () => {
    killAll(processesWith(folder));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const logger = pino({ level: 'silent' });
  const another = () => new LocalRuntime({ folder, logger, expiryGraceMs: 1000 });
  return { runtime: another(), another, workspace: (id) => join(folder, id, 'workspace') };
}

conformance(test, 'local', localRuntime);

test('a write that a crash tore is completed, and none is done twice', async (t) => {
  const { runtime, another, workspace } = await localRuntime(t);
  const spec = bashSpec('cat > received');
  const started = await runtime.start(spec);
  if (!started.ok) return t.fail(started.reason);
  const bytes = Buffer.from('0123456789\n');
  await started.process.detach();
  const run = join(workspace(spec.agentId), '..', 'runs', spec.runId);
  // As a spawner leaves it that is killed after the index and 4 of the 11 bytes.
  await appendFile(join(run, 'stdin.index'), '{"id":"a","offset":0,"length":11}\n');
  await appendFile(join(run, 'stdin'), bytes.subarray(0, 4));

  const later = await another().attach(spec.agentId, spec.runId);
  t.is(await later?.write('a', bytes), 'already-written');
  await later?.closeStdin();
  await later?.exited;

  t.is(await readFile(join(workspace(spec.agentId), 'received'), 'utf8'), '0123456789\n');
});

test('an index line that a crash tore is cut off and its message written anew', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-journal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [bytes, index] = [join(folder, 'stdin'), join(folder, 'stdin.index')];
  await appendFile(bytes, '');
  await appendFile(index, '');
  const journal = await StdinJournal.open(bytes, index);
  await journal.write('a', Buffer.from('one\n'));
  await journal.write('b', Buffer.from('two\n'));
  await truncate(index, (await readFile(index)).length - 5);
  await truncate(bytes, 4);

  const later = await StdinJournal.open(bytes, index);

  t.is(await later.write('a', Buffer.from('one\n')), 'already-written');
  t.is(await later.write('b', Buffer.from('two\n')), 'written');
  t.is(await readFile(bytes, 'utf8'), 'one\ntwo\n');
});

test('a process whose keeper was killed is still told as ended', async (t) => {
  const { runtime, workspace } = await localRuntime(t);
  const spec = bashSpec('read -r _; exit 3');
  const started = await runtime.start(spec);
  if (!started.ok) return t.fail(started.reason);
  const pids = await readFile(
    join(workspace(spec.agentId), '..', 'runs', spec.runId, 'pids'),
    'utf8',
  );
  const keeper = Number(/^keeper (\d+)/m.exec(pids)?.[1]);
  killAll([keeper]);

  await started.process.write('go', Buffer.from('go\n'));

  t.deepEqual(await started.process.exited, { code: null, signal: null });
});

test('a pid that another process has now is not the same process', async (t) => {
  t.false(await isRunning({ pid: process.pid, startTime: '1' }));
  t.false(await isRunning({ pid: 2 ** 30, startTime: '1' }));
});

test('an agent whose folder cannot be made is a failure with a reason', async (t) => {
  const folder = join(import.meta.filename, 'not-a-folder');
  const runtime = new LocalRuntime({ folder, logger: pino({ level: 'silent' }) });
  const result = await runtime.start(bashSpec('true'));
  t.false(result.ok);
});
