import test from 'ava';
import { outgoingEvent } from '../../core/log/outgoing.ts';
import { publishOne } from '../../core/log/publish-event.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, logLines, ofType, untilLogLine } from '../support/history.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';
import { SpawnerFixture, startSpawner } from '../support/spawner.ts';

async function demoAgent(spawner: SpawnerFixture, userId?: string): Promise<string> {
  const agent = newAgentId();
  const times = { ttlMs: 60_000, turnDeadlineMs: 60_000 };
  const owner = userId === undefined ? {} : { owner: { channel: 'test', userId } };
  await spawner.log.append(command(agent, 'command.create', { kind: 'demo', ...times, ...owner }));
  await spawner.event(agent, 'process.ready');
  return agent;
}

/** A tool call as an agent's command publishes it. */
async function call(
  spawner: SpawnerFixture,
  agent: string,
  type: string,
  data: object,
  name: string,
): Promise<unknown> {
  const event = callEvent(agent, type, data, name);
  await spawner.log.append(event);
  const result = await spawner.event(agent, 'result', ({ data }) => data.callId === event.id);
  return result.data.ok ? result.data.value : result.data.error.code;
}

const callEvent = (agent: string, type: string, data: object, name: string): NewEvent =>
  ({
    id: `${agent}_${name}`,
    type: `tool.${type}`,
    source: `orchestrator/agent/${agent}`,
    time: new Date().toISOString(),
    subject: `agents.${agent}.tool.${type}`,
    data,
    // Also calls that no version of ours would make: the log takes what an agent publishes.
  }) as unknown as NewEvent;

test('a project is created once for a call, and can be got and listed', async (t) => {
  const spawner = await startSpawner(t);
  const agent = await demoAgent(spawner);

  const created = await call(spawner, agent, 'project.create', { name: 'myapp' }, 'call-1');
  await spawner.stop();
  await spawner.start();
  const [project] = ofType(await history(spawner.log), 'project.created');
  const projectId = project?.subject.split('.')[1];
  const got = await call(spawner, agent, 'project.get', { projectId }, 'call-2');
  const listed = await call(spawner, agent, 'project.list', {}, 'call-3');

  t.deepEqual(created, { id: projectId, name: 'myapp' });
  t.like(got, { id: projectId, name: 'myapp' });
  t.is(ofType(await history(spawner.log), 'project.created').length, 1);
  t.is(Array.isArray(listed) ? listed.length : 0, 1);
});

test('calls to which an agent gives one id have a result each, and keep it from nothing else', async (t) => {
  const spawner = await startSpawner(t);
  const agent = await demoAgent(spawner);
  const { nc } = spawner.nats.connection;
  let results = 0;
  for (const name of ['first', 'first', 'second']) {
    const event = callEvent(agent, 'project.create', { name }, 'same');
    // Under another Nats-Msg-Id, which is the sender's to choose.
    t.like(await publishOne(nc, outgoingEvent(event, newId('any')), 5_000), { ok: true });
    results += 1;
    let seen = 0;
    await spawner.event(agent, 'result', () => {
      seen += 1;
      return seen === results;
    });
  }
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');

  const created = ofType(await history(spawner.log), 'project.created');
  t.deepEqual(
    created.map(({ data }) => data.name),
    ['first', 'first', 'second'],
  );
});

test("another user's project is as good as none", async (t) => {
  const spawner = await startSpawner(t);
  const [mine, yours] = [await demoAgent(spawner, 'me'), await demoAgent(spawner, 'you')];
  await call(spawner, mine, 'project.create', { name: 'secret' }, 'call-1');
  const [project] = ofType(await history(spawner.log), 'project.created');
  const projectId = project?.subject.split('.')[1];

  t.is(await call(spawner, yours, 'project.get', { projectId }, 'call-2'), 'ORC_PROJECT_NOT_FOUND');
  t.deepEqual(await call(spawner, yours, 'project.list', {}, 'call-3'), []);
});

test('a call that cannot be done gets a result that says so', async (t) => {
  const spawner = await startSpawner(t, { allowedTools: ['respond', 'deploy'] });
  const agent = await demoAgent(spawner);

  t.is(await call(spawner, agent, 'fly.away', {}, 'call-1'), 'ORC_NO_SUCH_TOOL');
  t.is(await call(spawner, agent, 'project.create', { name: '' }, 'call-2'), 'ORC_BAD_INPUT');
  t.is(await call(spawner, agent, 'project.list', {}, 'call-3'), 'ORC_TOOL_NOT_ALLOWED');
  // F10: a name that would forge a row of an operator's table.
  const forged = { name: 'a\x1b[2K\rproj_1  mine' };
  t.is(await call(spawner, agent, 'project.create', forged, 'call-4'), 'ORC_BAD_INPUT');
});

test('A2: a result that no message holds is one that says so, and the agent goes on', async (t) => {
  const nats = await startTestNats(t, { maxPayload: 64 * 1024 });
  const spawner = new SpawnerFixture(nats, await temporaryFolder(t), {});
  t.teardown(() => spawner.stop());
  await spawner.start();
  const agent = await demoAgent(spawner, 'ann');
  const named = (n: number): NewEvent => ({
    id: `created-${n}`,
    type: 'project.created',
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: `projects.proj_${n}.created`,
    data: { name: 'n'.repeat(100), agentId: agent, owner: { channel: 'test', userId: 'ann' } },
  });
  const projects = Array.from({ length: 600 }, (_, n) => named(n));
  t.like(await spawner.log.append(projects), { ok: true });

  t.is(await call(spawner, agent, 'project.list', {}, 'call-1'), 'ORC_TOO_LARGE');
  const page = await call(spawner, agent, 'project.list', { limit: 10 }, 'call-2');
  t.is(Array.isArray(page) ? page.length : 0, 10);
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');
});

test('C7: an agent may use no more than its own create allows, by its command, its credential and its calls', async (t) => {
  const spawner = await startSpawner(t, { allowedTools: ['respond', 'project'] });
  const agent = newAgentId();
  const program =
    'read -r _; echo "$ORCHESTRATOR_ALLOWED_TOOLS"; orchestrator project list; echo "code $?"; unset ORCHESTRATOR_ALLOWED_TOOLS; orchestrator project list --timeout 5s; echo "code $?"; orchestrator answer done; read -r _';
  await createAgent(spawner.log, agent, program, { allowedTools: ['respond', 'deploy'] });
  await sendMessage(spawner.log, agent, 'm-1', 'go');
  await spawner.event(agent, 'response.answer');
  await untilLogLine(spawner.log, agent, 'code 3');
  t.deepEqual(await logLines(spawner.log, agent), ['respond', 'code 3', 'code 3']);
  t.is(
    await call(spawner, agent, 'project.create', { name: 'x' }, 'call-1'),
    'ORC_TOOL_NOT_ALLOWED',
  );
});
