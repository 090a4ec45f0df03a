import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { ownCgroup, RunCgroup } from '../../../spawner/runtime/local/run-cgroup.ts';
import { RunEnding } from '../../../spawner/runtime/local/run-ending.ts';
import { RUN_MARK } from '../../../spawner/runtime/local/run-mark.ts';
import type { ProcessExit, ProcessSpec } from '../../../spawner/runtime/runtime.ts';
import { Leavings } from '../../support/leavings.ts';
import { killAll } from '../../support/process-tree.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import { bashSpec, started } from './conformance.ts';
import { type LocalUnderTest, localRuntime, pidsOf, within10s } from './local-under-test.ts';

/** Found by their session and their mark alone, as for a user who may not make a cgroup. */
const NO_CGROUPS = { cgroups: null };

/** Ends by itself when it is written to. */
const leaving = (leavings: Leavings) => bashSpec(`${leavings.program}\nread -r _; exit 3`);

const killAgent = async (under: LocalUnderTest, spec: ProcessSpec, ...roles: string[]) => {
  const pids = await pidsOf(under, spec);
  killAll(roles.map((role) => pids[role] ?? 0));
};

const IS_ROOT = process.getuid?.() === 0;

/** With a /proc that others may read as well, which not every machine has. */
const AS_NOBODY = `mount -t proc proc /proc
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
const asPlainUser = IS_ROOT ? ['unshare', '--mount', 'bash', '-ec', AS_NOBODY, 'as-nobody'] : [];

/** How a plain user's spawner ends an agent; undefined where there can be none. */
async function plainUser(
  t: ExecutionContext,
  spec: ProcessSpec,
): Promise<(() => Promise<{ exit: ProcessExit; log: string }>) | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-plain-'));
  t.teardown(() => removeFolder(folder));
  if (IS_ROOT) await chown(folder, 65534, 65534);
  const fixture = join(import.meta.dirname, 'fixtures/plain-user.ts');
  const [program = '', ...args] = [...asPlainUser, process.execPath, fixture, folder];
  const child = spawn(program, [...args, JSON.stringify(spec)], { cwd: folder });
  t.teardown(() => child.kill('SIGKILL'));
  const complaints = text(child.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  if ((await lines.next()).done) {
    t.log(`skipped: a plain user cannot do this here: ${await complaints}`);
    t.pass();
    return undefined;
  }
  return async () => {
    child.stdin.write('end\n');
    const line = await lines.next();
    if (line.done) throw new Error(await complaints);
    // Written by the fixture.
    return { exit: JSON.parse(line.value) as ProcessExit, log: await complaints };
  };
}

test('without a cgroup, what an agent left is found by its session and its mark', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const leavings = new Leavings();
  t.teardown(() => leavings.end());
  const agent = await started(under.runtime, leaving(leavings));
  await leavings.made();

  await agent.signal('SIGKILL');

  t.deepEqual(await agent.exited, { code: null, signal: 'SIGKILL' });
  t.deepEqual(leavings.alive(), []);
});

test('what an agent left is ended while no spawner lives', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const leavings = new Leavings();
  t.teardown(() => leavings.end());
  const spec = leaving(leavings);
  await (await started(under.runtime, spec)).detach();
  await leavings.made();

  await killAgent(under, spec, 'agent');

  t.true(await within10s(() => leavings.alive().length === 0));
});

test('what an agent left is ended also where its keeper did not live to do that', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const leavings = new Leavings();
  t.teardown(() => leavings.end());
  const spec = leaving(leavings);
  const agent = await started(under.runtime, spec);
  await leavings.made();

  await killAgent(under, spec, 'keeper', 'agent');

  t.deepEqual(await agent.exited, { code: null, signal: null });
  t.deepEqual(leavings.alive(), []);
});

test('a spawner that comes back finds what is left of a run that ended meanwhile', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const leavings = new Leavings(['setsid sleep @ &', '(trap "" TERM; exec setsid sleep @) &']);
  t.teardown(() => leavings.end());
  const spec = leaving(leavings);
  await (await started(under.runtime, spec)).detach();
  await leavings.made();
  await killAgent(under, spec, 'keeper', 'agent');

  const { agentId, runId } = spec;
  // A process that is just about to become another program has no environment to be known by.
  const list = () => under.another().list();
  t.true(
    await within10s(async () =>
      (await list()).every(({ running, rest }) => !running && rest === 2),
    ),
  );
  t.deepEqual(await list(), [{ agentId, runId, running: false, rest: 2 }]);
  t.is(await under.another().endRest(agentId, runId), undefined);

  t.deepEqual(leavings.alive(), []);
  t.deepEqual(await under.another().list(), [{ agentId, runId, running: false }]);
});

test('what a run that is not kept any more left alive is found by its mark', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const spec = bashSpec('exit 0');
  const agent = await started(under.runtime, spec);
  await agent.exited;
  await agent.remove();
  const late = spawn('sleep', ['1000'], {
    env: { PATH: process.env.PATH, [RUN_MARK]: dirname(under.run(spec, 'any')) },
  });
  t.teardown(() => late.kill('SIGKILL'));
  await once(late, 'spawn');

  const { agentId, runId } = spec;
  t.deepEqual(await under.another().list(), [{ agentId, runId, running: false, rest: 1 }]);
  const ended = once(late, 'exit');
  await under.another().endRest(agentId, runId);

  t.deepEqual(await ended, [null, 'SIGTERM']);
});

test('the rest of a run that has not ended is not touched', async (t) => {
  const under = await localRuntime(t);
  const leavings = new Leavings(['setsid sleep @ &']);
  const spec = leaving(leavings);
  await started(under.runtime, spec);
  await leavings.made();

  await t.throwsAsync(under.runtime.endRest(spec.agentId, spec.runId));

  const { agentId, runId } = spec;
  t.deepEqual(await under.runtime.list(), [{ agentId, runId, running: true }]);
  t.is(leavings.alive().length, 1);
});

test('one in a session of its own with another environment is found by who started it', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  const leavings = new Leavings(['env -i setsid sleep @ &']);
  t.teardown(() => leavings.end());
  const agent = await started(under.runtime, leaving(leavings));
  await leavings.made();

  await agent.closeStdin();
  await agent.exited;

  t.deepEqual(leavings.alive(), []);
});

test('processes that start each other faster than they are looked at are caught', async (t) => {
  const under = await localRuntime(t, NO_CGROUPS);
  // Each starts the next in a session of its own and ends.
  const next = `next() { echo >>pulse; setsid bash -c "$program" & }; sleep 0.02; next`;
  const spec = bashSpec(`export program='${next}'; eval "$program"; read -r _`);
  const agent = await started(under.runtime, spec);
  const pulse = async () => (await under.read(spec.agentId, 'pulse')).length;
  t.true(
    await within10s(() =>
      pulse().then(
        (beats) => beats > 10,
        () => false,
      ),
    ),
  );

  await agent.signal('SIGKILL');
  const { left } = await agent.exited;

  t.is(left, undefined);
  const beats = await pulse();
  // That nothing happens is no event: it takes a time to see.
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.is(await pulse(), beats);
});

test('a run has a cgroup where it may, from which nothing escapes and of which nothing is left', async (t) => {
  const probe = RunCgroup.make(ownCgroup(), `orchestrator-probe-${process.pid}`);
  if (probe === undefined) {
    t.log('skipped: no cgroup may be made here');
    t.pass();
    return;
  }
  probe.remove();
  const under = await localRuntime(t);
  // The one in between has ended: nothing but the cgroup tells whose it is.
  const leavings = new Leavings([`env -i setsid bash -c 'sleep @ & exit' &`]);
  t.teardown(() => leavings.end());
  const spec = leaving(leavings);
  const agent = await started(under.runtime, spec);
  await leavings.made();
  const cgroup = (await readFile(under.run(spec, 'cgroup'), 'utf8')).trim();

  await agent.write('go', Buffer.from('go\n'));

  t.deepEqual(await agent.exited, { code: 3, signal: null });
  t.deepEqual(leavings.alive(), []);
  await t.throwsAsync(readdir(cgroup), { code: 'ENOENT' });
});

test('a spawner that runs inside an agent does not end itself with it', async (t) => {
  const beside = spawn('sleep', ['1000']);
  t.teardown(() => beside.kill('SIGKILL'));
  const ending = new RunEnding({
    agentId: 'agent-000000000000',
    runId: 'run-1',
    mark: 'any',
    noted: {},
    cgroup: {
      pids: () => [process.pid, beside.pid ?? 0],
      kill: () => t.fail('all in the cgroup is killed'),
      remove: () => undefined,
    },
    logger: pino({ level: 'silent' }),
  });

  t.is((await ending.end())?.count, 2);

  t.is(beside.signalCode, null);
});

test('a start that fails leaves nothing behind', async (t) => {
  const under = await localRuntime(t, { ...NO_CGROUPS, startTimeoutMs: 1000 });
  const leavings = new Leavings(['setsid sleep @ &']);
  t.teardown(() => leavings.end());
  const spec = leaving(leavings);
  // The keeper starts the agent, and cannot note it.
  await mkdir(under.run(spec, 'pids'), { recursive: true });

  const result = await under.runtime.start(spec);

  t.false(result.ok);
  t.deepEqual(leavings.alive(), []);
});

test('a plain user’s spawner ends what its agents left as well', async (t) => {
  const leavings = new Leavings();
  t.teardown(() => leavings.end());
  const end = await plainUser(t, leaving(leavings));
  if (end === undefined) return;
  await leavings.made();

  t.deepEqual((await end()).exit, { code: 3, signal: null });

  t.deepEqual(leavings.alive(), []);
});

test('what belongs to another user by now cannot be ended, and is told', async (t) => {
  if (!IS_ROOT) {
    t.log('skipped: only root can let an agent become another user');
    t.pass();
    return;
  }
  // As sudo is one.
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-sudo-'));
  t.teardown(() => removeFolder(folder));
  await chmod(folder, 0o755);
  const become = join(folder, 'become');
  await copyFile('/usr/bin/setpriv', become);
  await chmod(become, 0o4755);
  const leavings = new Leavings([`${become} --reuid 0 --regid 0 --clear-groups sleep @ &`]);
  t.teardown(() => leavings.end());
  const end = await plainUser(t, leaving(leavings));
  if (end === undefined) return;
  await leavings.made();
  const [pid = 0] = leavings.alive();

  const { exit, log } = await end();

  const left = { count: 1, processes: [{ pid, name: 'sleep' }] };
  t.deepEqual(exit, { code: 3, signal: null, left });
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const told = lines.filter(({ msg }) => msg === 'what an agent left behind could not be ended');
  t.is(told.length, 1);
  t.like(told[0], left);

  t.deepEqual(leavings.alive(), [pid]);
});
