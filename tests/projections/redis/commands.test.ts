import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newAgentId } from '../../../schemas/ids.ts';
import { COMMANDS_GROUP, COMMANDS_STREAM, RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { createAgent } from '../../support/commands.ts';
import { history, ofType } from '../../support/history.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { type TestRedis, until } from '../../support/redis.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';
import { startAdapters } from './adapters.ts';

const give = (redis: TestRedis, command: string, id: string, rest: object = {}) =>
  redis.cli(
    'XADD',
    COMMANDS_STREAM,
    '*',
    'data',
    JSON.stringify({ command, request_id: id, ...rest }),
  );

/** The replies so far, in order. */
async function replies(
  redis: TestRedis,
): Promise<{ request_id: string; [name: string]: unknown }[]> {
  const entries = await redis.entries(RESPONSES_STREAM);
  return entries.flatMap(({ fields }) =>
    fields.length === 1 ? [JSON.parse(fields[0]?.[1] ?? '')] : [],
  );
}

const replied = (redis: TestRedis, count: number) =>
  until(async () => {
    const found = await replies(redis);
    return found.length >= count ? found : undefined;
  }, `${count} replies`);

async function readyAgent(spawner: SpawnerFixture): Promise<string> {
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'cat');
  await spawner.event(agent, 'process.ready');
  return agent;
}

test('commands of one agent are done in order, and no other waits for them', async (t) => {
  const spawner = await startSpawner(t);
  const { redis } = await startAdapters(t, { nats: spawner.nats });
  const [slow, quick] = [await readyAgent(spawner), await readyAgent(spawner)];
  const run = {
    agent_id: slow,
    shell_command: 'until [ -e go ]; do sleep 0.1; done; echo once >> order',
  };
  await give(redis, 'send_command', 'slow-1', run);
  await give(redis, 'send_file', 'slow-2', { agent_id: slow, path: 'after', content: 'x' });
  await give(redis, 'send_command', 'slow-3', { agent_id: slow, shell_command: 'ls' });
  await give(redis, 'send_command', 'quick', { agent_id: quick, shell_command: 'echo hi' });
  await replied(redis, 1);
  await writeFile(join(spawner.workspace(slow), 'go'), '');
  const all = await replied(redis, 4);
  t.deepEqual(
    all.map(({ request_id: id }) => id),
    ['quick', 'slow-1', 'slow-2', 'slow-3'],
  );
  t.regex(String(all[3]?.output), /after\n(.*\n)*order\n/);
});

test('F12: a file for a place that is not the agent’s is refused at once, and its lane goes on', async (t) => {
  const spawner = await startSpawner(t);
  const { redis } = await startAdapters(t, { nats: spawner.nats });
  const agent = await readyAgent(spawner);
  const outside = await temporaryFolder(t);
  await symlink(outside, join(spawner.workspace(agent), 'link'));
  await symlink('../.orchestrator', join(spawner.workspace(agent), 'own'));
  const paths = ['/home/worker/.orchestrator/x', '/home/worker/runs/x', '../x', 'a\x1bb'];
  const places = [...paths, 'y'.repeat(5_000), 'link/x', 'own/x'];

  const before = performance.now();
  for (const [index, path] of places.entries()) {
    await give(redis, 'send_file', `f-${index}`, { agent_id: agent, path, content: 'x' });
  }
  const late = { agent_id: agent, shell_command: 'true', timeout: 1e15 };
  await give(redis, 'send_command', 'late', late);
  await give(redis, 'send_file', 'good', { agent_id: agent, path: 'good', content: 'x' });

  const all = await replied(redis, places.length + 2);
  t.true(performance.now() - before < 20_000, 'nothing waits for its time-out');
  t.deepEqual(
    all.map(({ request_id: id, success }) => [id, success]),
    [...places.map((_, index) => [`f-${index}`, false]), ['late', false], ['good', true]],
  );
  t.deepEqual(await readdir(outside), []);
  t.false((await readdir(join(spawner.workspace(agent), 'own'))).includes('x'));
});

test('a command that its adapter did not live to reply is done once and replied once', async (t) => {
  const spawner = await startSpawner(t);
  const { redis, stop, start } = await startAdapters(t, { nats: spawner.nats });
  const agent = await readyAgent(spawner);
  const run = { agent_id: agent, shell_command: 'echo again >> ran; sleep 2; cat ran' };
  await give(redis, 'send_command', 'r-1', run);
  await give(redis, 'create', 'r-2', {
    config: { name: 'x', agent: 'demo', allowed_tools: ['respond'] },
    context: { user_id: '7', source: 'telegram' },
  });
  await spawner.event(agent, 'process.command-started');
  await stop();
  t.is((await replies(redis)).filter(({ request_id: id }) => id === 'r-1').length, 0);
  await start();
  const all = await replied(redis, 2);
  t.like(
    all.find(({ request_id: id }) => id === 'r-1'),
    { output: 'again\n', exit_code: 0 },
  );
  const events = await history(spawner.log);
  t.is(ofType(events, 'command.run').length, 1);
  t.is(ofType(events, 'command.create').length, 2);
  t.deepEqual(ofType(events, 'command.create')[1]?.data.allowedTools, ['respond'], 'C7');
  t.deepEqual(
    ofType(events, 'user.agent-assigned').map(({ subject, data }) => [subject, data]),
    [
      [
        'users.telegram.7.agent-assigned',
        { agentId: all.find(({ request_id: id }) => id === 'r-2')?.agent_id },
      ],
    ],
  );
});

test('what another consumer had in hand when it died is taken over', async (t) => {
  const spawner = await startSpawner(t);
  const { redis, stop, start } = await startAdapters(t, { nats: spawner.nats });
  const agent = await readyAgent(spawner);
  await give(redis, 'status', 'first', { agent_id: agent });
  await replied(redis, 1);
  await stop();
  await give(redis, 'status', 'left', { agent_id: agent });
  const read = ['XREADGROUP', 'GROUP', COMMANDS_GROUP, 'worker-1', 'STREAMS', COMMANDS_STREAM, '>'];
  await redis.cli(...read);
  const [{ id = '' } = {}] = (await redis.entries(COMMANDS_STREAM)).slice(-1);
  // As if it had been silent for a minute.
  await redis.cli('XCLAIM', COMMANDS_STREAM, COMMANDS_GROUP, 'worker-1', '0', id, 'IDLE', '60000');
  await start();
  const all = await replied(redis, 2);
  t.like(all[1], { request_id: 'left', found: true });
  const pending = await redis.cli('XPENDING', COMMANDS_STREAM, COMMANDS_GROUP);
  t.regex(pending, /^0\n/);
});

test('a command that was deleted before it was read is passed by', async (t) => {
  const spawner = await startSpawner(t);
  const { redis, stop, start } = await startAdapters(t, { nats: spawner.nats });
  await give(redis, 'status', 'one', { agent_id: newAgentId() });
  await replied(redis, 1);
  await stop();
  await give(redis, 'status', 'gone', { agent_id: newAgentId() });
  const read = [
    'XREADGROUP',
    'GROUP',
    COMMANDS_GROUP,
    'orchestrator-test',
    'STREAMS',
    COMMANDS_STREAM,
    '>',
  ];
  await redis.cli(...read);
  const [{ id = '' } = {}] = (await redis.entries(COMMANDS_STREAM)).slice(-1);
  await redis.cli('XDEL', COMMANDS_STREAM, id);
  await start();
  await give(redis, 'status', 'two', { agent_id: newAgentId() });
  const all = await replied(redis, 2);
  t.deepEqual(
    all.map((each) => each.request_id),
    ['one', 'two'],
  );
});

test('a command that comes while NATS is away is done when that is back', async (t) => {
  const spawner = await startSpawner(t);
  const { redis } = await startAdapters(t, { nats: spawner.nats });
  const agent = await readyAgent(spawner);
  await give(redis, 'status', 'before', { agent_id: agent });
  await replied(redis, 1);
  await spawner.nats.kill();
  await give(redis, 'send_message_persistent', 'during', { agent_id: agent, message: 'hello' });
  await spawner.nats.restart();
  const all = await replied(redis, 2);
  t.deepEqual(all[1], { success: true, request_id: 'during', sent: true });
  t.is((await spawner.event(agent, 'process.delivered')).data.bytes, 6);
});

test('a turn that fails is the error of the message that waits for its answer', async (t) => {
  const spawner = await startSpawner(t);
  const { redis } = await startAdapters(t, { nats: spawner.nats });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'read -r _; exit 3');
  await spawner.event(agent, 'process.ready');
  await give(redis, 'send_message', 'r-1', { agent_id: agent, message: 'hello' });
  const [reply] = await replied(redis, 1);
  t.like(reply, { success: false, request_id: 'r-1' });
  t.regex(String(reply?.error), /exit code 3/);
});

test('an agent that does not start is an error of the older service', async (t) => {
  const spawner = await startSpawner(t);
  const { redis } = await startAdapters(t, { nats: spawner.nats });
  const config = { name: 'x', agent: 'line', allowed_tools: ['respond'] };
  await give(redis, 'create', 'r-1', { config });
  const [reply] = await replied(redis, 1);
  t.is(reply?.error, 'Failed to create container: ORCHESTRATOR_LINE_COMMAND is not set');
});
