import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { RUN_MARK } from '../../spawner/runtime/local/run-mark.ts';
import { command, createAgent } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { Leavings } from '../support/leavings.ts';
import { killAll } from '../support/process-tree.ts';
import { startSpawner } from '../support/spawner.ts';
import { type SpawnerNode, startSpawners } from '../support/spawner-process.ts';

/** E13: what an agent has put into the background, wherever it went. */
const KINDS = ['setsid sleep @ &', `(trap '' TERM; exec setsid sleep @) &`];

/** Leaves them alone, and ends with its stdin. */
const leaving = ({ program }: Leavings) => `${program}\nwhile read -r _; do :; done`;

function leavings(t: { teardown(end: () => void): void }): Leavings {
  const made = new Leavings(KINDS);
  t.teardown(() => made.end());
  return made;
}

for (const [how, asked] of [
  ['stopped', { type: 'command.stop', data: { reason: 'asked' } }],
  ['deleted', { type: 'command.delete', data: {} }],
] as const) {
  test(`E13: when an agent is ${how}, what it started has ended before that is stated`, async (t) => {
    const spawner = await startSpawner(t);
    const [own, others] = [leavings(t), leavings(t)];
    const [agent, other] = [newAgentId(), newAgentId()];
    await createAgent(spawner.log, agent, leaving(own));
    await createAgent(spawner.log, other, leaving(others));
    await Promise.all([own.made(), others.made()]);

    await spawner.log.append(command(agent, asked.type, asked.data));
    const stopped = await spawner.event(agent, 'process.stopped');

    t.deepEqual(own.alive(), []);
    t.is(stopped.data.left, undefined);
    t.is(others.alive().length, KINDS.length, 'another agent’s are left alone');
  });
}

test('E13: when an agent crashes, what it started has ended before that is stated', async (t) => {
  const spawner = await startSpawner(t);
  const own = leavings(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, leaving(own));
  const ready = await spawner.event(agent, 'process.ready');
  await own.made();

  killAll([ready.data.pid ?? 0]);
  const exited = await spawner.event(agent, 'process.exited');

  t.is(exited.data.signal, 'SIGKILL');
  t.deepEqual(own.alive(), []);
});

test('when a start fails, what was started has ended before that is stated', async (t) => {
  const own = leavings(t);
  const spawner = await startSpawner(t, { readiness: { wait: 'signal', timeoutMs: 2000 } });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, leaving(own));
  await own.made();

  await spawner.event(agent, 'process.start-failed');

  t.deepEqual(own.alive(), []);
});

const until = (log: EventLog, agentId: string, type: string) =>
  untilEvent(
    log,
    (event) => event.type === type && event.subject.includes(agentId),
    AbortSignal.timeout(60_000),
  );

/** The folder of the one run of an agent, which is its mark. */
async function runFolder(log: EventLog, spawner: SpawnerNode, agentId: string): Promise<string> {
  const { data } = await until(log, agentId, 'process.starting');
  const runId = 'runId' in data ? String(data.runId) : '';
  return join(spawner.dataDir, 'agents', agentId, 'runs', runId);
}

async function killRun(folder: string): Promise<void> {
  const noted = await readFile(join(folder, 'pids'), 'utf8');
  killAll([...noted.matchAll(/^(?:keeper|agent) (\d+)/gm)].map(([, pid]) => Number(pid)));
}

test('a killed spawner that comes back ends what is left of an agent that ended meanwhile', async (t) => {
  const spawners = await startSpawners(t);
  const spawner = await spawners.spawner('a', spawners.place());
  const own = leavings(t);
  const agent = newAgentId();
  await createAgent(spawners.log, agent, leaving(own));
  const folder = await runFolder(spawners.log, spawner, agent);
  await until(spawners.log, agent, 'process.ready');
  await own.made();

  await spawner.kill();
  // All of it at once, as where memory ends: nobody is there to end the rest.
  await killRun(folder);
  await spawner.start();
  await until(spawners.log, agent, 'process.exited');

  t.deepEqual(own.alive(), []);
});

test('what lives on of a run whose end was stated long ago is ended at the next start', async (t) => {
  const spawners = await startSpawners(t);
  const spawner = await spawners.spawner('a', spawners.place());
  const agent = newAgentId();
  await createAgent(spawners.log, agent, 'while read -r _; do :; done');
  const folder = await runFolder(spawners.log, spawner, agent);
  await until(spawners.log, agent, 'process.ready');
  await spawners.log.append(command(agent, 'command.delete', {}));
  await until(spawners.log, agent, 'process.deleted');
  await spawner.kill();
  const unknown = folder.replace(agent, newAgentId());
  const [late, stranger, unmarked] = [folder, unknown, undefined].map((value) =>
    spawn('sleep', ['1000'], { env: { PATH: process.env.PATH, [RUN_MARK]: value } }),
  );
  if (!late || !stranger || !unmarked) return t.fail('nothing was started');
  t.teardown(() => [late, stranger, unmarked].map((child) => child.kill('SIGKILL')));

  const ended = once(late, 'exit');
  await spawner.start();

  t.deepEqual(await ended, [null, 'SIGTERM']);
  // Both are looked at before an agent is started.
  const next = newAgentId();
  await createAgent(spawners.log, next, 'while read -r _; do :; done');
  await until(spawners.log, next, 'process.ready');
  t.is(stranger.signalCode, null, 'a run that the log does not know is left alone');
  t.is(unmarked.signalCode, null);
});
