import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent } from '../support/commands.ts';
import { type SpawnerFixture, type SpawnerOptions, startSpawner } from '../support/spawner.ts';

async function readyAgent(
  t: ExecutionContext,
  options: SpawnerOptions = {},
): Promise<{ spawner: SpawnerFixture; agent: string }> {
  const spawner = await startSpawner(t, options);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'cat');
  await spawner.event(agent, 'process.ready');
  return { spawner, agent };
}

const run = (
  spawner: SpawnerFixture,
  agent: string,
  id: string,
  commandLine: string,
  ms = 30_000,
) => spawner.log.append(command(agent, 'command.run', { commandLine, timeoutMs: ms }, id));

const outcome = async (spawner: SpawnerFixture, agent: string, id: string) => {
  const { data } = await spawner.event(
    agent,
    'process.command-run',
    (e) => e.data.commandId === id,
  );
  return { exitCode: data.exitCode, output: data.output, error: data.error };
};

test('a shell command runs in the workspace with the agent’s environment, and its outcome is stated', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  await run(spawner, agent, 'c-1', 'pwd; echo "$ORCHESTRATOR_AGENT_ID" >&2; exit 3');
  t.deepEqual(await outcome(spawner, agent, 'c-1'), {
    exitCode: 3,
    output: `${spawner.workspace(agent)}\n`,
    error: `${agent}\n`,
  });
});

test('one that is killed has a shell’s status, one that takes too long is ended', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  await run(spawner, agent, 'c-1', 'kill -9 $$');
  await run(spawner, agent, 'c-2', 'sleep 60', 300);
  t.is((await outcome(spawner, agent, 'c-1')).exitCode, 137);
  t.deepEqual(await outcome(spawner, agent, 'c-2'), {
    exitCode: -1,
    output: '',
    error: 'Command timed out after 0.3s',
  });
});

test('a long command keeps nobody waiting, and an agent can be stopped meanwhile', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  await run(spawner, agent, 'long', 'sleep 60');
  await spawner.event(agent, 'process.command-started');
  await run(spawner, agent, 'short', 'echo done');
  t.is((await outcome(spawner, agent, 'short')).output, 'done\n');
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');
  // 128 and SIGTERM: what runs beside an agent ends with it.
  t.is((await outcome(spawner, agent, 'long')).exitCode, 143);
});

test('a command whose spawner ended is stated as that, and is not run again', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  await run(spawner, agent, 'c-1', 'echo once >> ran; sleep 60');
  await spawner.event(agent, 'process.command-started');
  await spawner.stop();
  await spawner.start();
  const { exitCode, error } = await outcome(spawner, agent, 'c-1');
  t.is(exitCode, -1);
  t.regex(error, /not run again/);
  const ran = await readFile(join(spawner.workspace(agent), 'ran'), 'utf8').catch(() => '');
  t.true(ran === '' || ran === 'once\n', ran);
});

test('a file is written whole, in folders that are made for it', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  const data = { path: 'workspace/a/b.txt', content: 'ä\nwith "quotes" and $dollars' };
  await spawner.log.append(command(agent, 'command.file', data, 'f-1'));
  const written = await spawner.event(agent, 'process.file-written');
  t.deepEqual(written.data, { commandId: 'f-1', path: data.path, bytes: 29 });
  t.is(await readFile(join(spawner.workspace(agent), 'a/b.txt'), 'utf8'), data.content);
});

test('a file that cannot be written is refused with the reason', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  const data = { path: 'workspace', content: 'not a folder' };
  await spawner.log.append(command(agent, 'command.file', data, 'f-1'));
  const { data: rejected } = await spawner.event(agent, 'process.rejected');
  t.like(rejected, { commandId: 'f-1', code: 'ORC_FILE_NOT_WRITTEN' });
});

test('a command to an agent that is not there or has ended is refused', async (t) => {
  const { spawner, agent } = await readyAgent(t);
  const nobody = newAgentId();
  await run(spawner, nobody, 'c-1', 'true');
  t.is((await spawner.event(nobody, 'process.rejected')).data.code, 'ORC_AGENT_NOT_FOUND');
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');
  await run(spawner, agent, 'c-2', 'true');
  t.is((await spawner.event(agent, 'process.rejected')).data.code, 'ORC_AGENT_ENDED');
});

test('an output that no message holds is stated as that, and the next command is done (A1)', async (t) => {
  const { spawner, agent } = await readyAgent(t, { maxPayload: 1024 * 1024 });
  // Each of these bytes is six characters of JSON.
  await run(spawner, agent, 'c-1', "head -c 262144 /dev/zero | tr '\\0' '\\1'; exit 3");
  const { exitCode, output, error } = await outcome(spawner, agent, 'c-1');
  t.deepEqual([exitCode, output], [3, '']);
  t.regex(error, /^Its output cannot be stored: The message has \d+ bytes; the broker takes \d+$/);
  await run(spawner, agent, 'c-2', 'echo done');
  t.is((await outcome(spawner, agent, 'c-2')).output, 'done\n');
});
