import { spawn } from 'node:child_process';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { pino } from 'pino';
import { LocalRuntime } from '../../../spawner/runtime/local/local-runtime.ts';
import { RunFolder } from '../../../spawner/runtime/local/run-folder.ts';
import { killAll, processesWith } from '../../support/process-tree.ts';
import { bashSpec, conformance, started } from './conformance.ts';
import { localRuntime, pidsOf, within10s } from './local-under-test.ts';

const KEEPER = join(import.meta.dirname, '../../../spawner/runtime/local/keeper.sh');

/** A number of /proc/<pid>/stat: 3 is the state (proc_pid_stat(5)). */
async function statField(pid: number, field: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[field - 3] ?? '';
}

const logger = pino({ level: 'silent' });

conformance(test, 'local', (t) => localRuntime(t));

test('a write that a crash tore is completed, and none is done twice', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('cat > received');
  await (await started(under.runtime, spec)).detach();
  // As a spawner leaves it that is killed after the index and 4 of the 11 bytes.
  await writeFile(under.run(spec, 'stdin.writing'), '0123456789\n');
  await appendFile(under.run(spec, 'stdin.index'), '{"id":"a","offset":0,"length":11}\n');
  await appendFile(under.run(spec, 'stdin'), '0123');

  const later = await under.another().attach(spec.agentId, spec.runId);
  t.is(await later?.write('b', Buffer.from('another\n')), 'written');
  t.is(await later?.write('a', Buffer.from('0123456789\n')), 'already-written');
  await later?.closeStdin();
  await later?.exited;

  const received = String(await under.read(spec.agentId, 'received'));
  t.is(received, '0123456789\nanother\n');
});

test('a message that its spawner did not live to tell the pump of is read all the same', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r line; echo "$line"');
  await (await started(under.runtime, spec)).detach();
  await writeFile(under.run(spec, 'stdin.index'), '{"id":"a","offset":0,"length":5}\n');
  await writeFile(under.run(spec, 'stdin'), 'here\n');

  const later = await under.another().attach(spec.agentId, spec.runId);

  t.deepEqual(await later?.exited, { code: 0, signal: null });
  t.is(await readFile(under.run(spec, 'stdout'), 'utf8'), 'here\n');
});

test('an agent lives on without its keeper; its end is told, and nothing of the run is left', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r _; exit 3');
  const process = await started(under.runtime, spec);
  const pids = await pidsOf(under, spec);
  killAll([pids.keeper ?? 0]);

  t.is(await process.write('go', Buffer.from('go\n')), 'written');

  t.deepEqual(await process.exited, { code: null, signal: null });
  t.true(await within10s(() => processesWith(under.folder).length === 0));
});

test('an agent whose keeper was killed still ends when its time is over', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r _');
  const process = await started(under.runtime, spec);
  killAll([(await pidsOf(under, spec)).keeper ?? 0]);
  await process.extend(new Date(0));
  t.deepEqual(await process.exited, { code: null, signal: null });
});

test('an idle agent costs its keeper no wake-up', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r line; echo "$line"; read -r _');
  const process = await started(under.runtime, spec);
  await process.write('a', Buffer.from('awake\n'));
  const stdout = under.run(spec, 'stdout');
  t.true(await within10s(async () => (await readFile(stdout, 'utf8')) === 'awake\n'));
  const { keeper, pump, watchdog } = await pidsOf(under, spec);
  const wakeUps = async () => {
    const texts = [keeper, pump, watchdog].map((pid) => readFile(`/proc/${pid}/status`, 'utf8'));
    return (await Promise.all(texts)).map((text) => /^voluntary_ctxt.*$/m.exec(text)?.[0]);
  };
  // The pump may still be at the end of its last copy; whoever looks around wakes up in every stretch.
  const sleeps = async () => {
    const before = await wakeUps();
    // That nothing happens is no event: it takes a time to see.
    await delay(2500);
    return isDeepStrictEqual(await wakeUps(), before);
  };
  t.true(await within10s(sleeps));
});

test('a keeper does its work to the end when its script is changed under it', async (t) => {
  const under = await localRuntime(t);
  const script = join(under.folder, 'keeper.sh');
  await copyFile(KEEPER, script);
  const spec = bashSpec('');
  const run = new RunFolder(under.folder, spec.agentId, spec.runId);
  await run.prepare(spec.expiresAt);
  const program = ['bash', '-c', 'read -r _; exit 3'];
  spawn('bash', ['-p', script, run.path, run.workspace, '1', 'mark', '', ...program], {
    detached: true,
    stdio: 'ignore',
  }).unref();
  t.true(await within10s(async () => (await run.processes()) !== undefined));
  // As an upgrade in place does it: the same file with other bytes.
  await writeFile(script, 'exit 1\n'.repeat(1000));

  const agent = await under.runtime.attach(spec.agentId, spec.runId);
  await agent?.write('go', Buffer.from('go\n'));

  t.deepEqual(await agent?.exited, { code: 3, signal: null });
});

test('a stopped agent has not ended, and its keeper waits without turning', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r _; exit 3');
  const agent = await started(under.runtime, spec);
  const { keeper = 0 } = await pidsOf(under, spec);
  process.kill(agent.pid ?? 0, 'SIGSTOP');
  t.true(await within10s(async () => (await statField(agent.pid ?? 0, 3)) === 'T'));
  // Fields 14 and 15: the time it computed, in hundredths of a second.
  const computed = async () =>
    Number(await statField(keeper, 14)) + Number(await statField(keeper, 15));
  const before = await computed();
  await delay(500);
  t.true((await computed()) - before <= 1);

  process.kill(agent.pid ?? 0, 'SIGCONT');
  await agent.write('go', Buffer.from('go\n'));
  t.deepEqual(await agent.exited, { code: 3, signal: null });
});

test('pids that others have by now are never signalled', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('true');
  await (await started(under.runtime, spec)).exited;
  t.true(await within10s(() => processesWith(under.folder).length === 0));
  const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  t.teardown(() => stranger.kill('SIGKILL'));
  const roles = ['keeper', 'agent', 'pump', 'watchdog'];
  const noted = roles.map((role) => `${role} ${stranger.pid} another-boot/1\n`).join('');
  await writeFile(under.run(spec, 'pids'), noted);
  await rm(under.run(spec, 'exit'));

  const found = await under.another().attach(spec.agentId, spec.runId);
  await found?.signal('SIGKILL');
  await found?.closeStdin();
  t.is(await found?.write('a', Buffer.from('a\n')), 'gone');
  t.deepEqual(await found?.exited, { code: null, signal: null });
  await found?.remove();

  const sleeps = async () => (await statField(stranger.pid ?? 0, 3)) === 'S';
  t.true(await within10s(sleeps), 'it sleeps on');
});

test('the environment stands in no command line', async (t) => {
  const under = await localRuntime(t);
  const spec = bashSpec('read -r _');
  const secret = `secret-${spec.agentId}`;
  await started(under.runtime, { ...spec, environment: { ...spec.environment, TOKEN: secret } });
  const lines = await Promise.all(
    Object.values(await pidsOf(under, spec)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')),
  );
  t.is(lines.length, 4);
  t.false(lines.some((line) => line.includes(secret)));
});

test('an agent whose folder cannot be made is a failure with a reason', async (t) => {
  const folder = join(import.meta.filename, 'not-a-folder');
  const result = await new LocalRuntime({ folder, searchPath: '', logger }).start(bashSpec('true'));
  t.false(result.ok);
});

test('a keeper that cannot do its work says why', async (t) => {
  const { runtime } = await localRuntime(t);
  const files = [{ path: 'runs/none', content: '' }];
  const spec = bashSpec('true', { files, environment: { PATH: '/nowhere' } });
  const result = await runtime.start({ ...spec, command: ['/bin/true'] });
  t.true(!result.ok && result.reason.includes('bash'));
});
