import { Svcm } from '@nats-io/services';
import { headers } from '@nats-io/transport-node';
import test, { type ExecutionContext } from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { VIEWS, VIEWS_SERVICE } from '../../schemas/views.ts';
import { AGENT } from '../core/log/events.ts';
import { archiveAgent } from '../support/archive-agent.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { startTestNats } from '../support/nats.ts';
import { startViews } from './serve.ts';

async function writeLog(
  t: ExecutionContext,
  log: EventLog,
  lines: readonly (Uint8Array | string)[],
  stream = 'stdout',
): Promise<void> {
  const subject = `agents.${AGENT}.log.${stream}`;
  const last = await log.last('LOGS', subject);
  const encoded = lines.map((line, index) => ({
    position: String(index),
    bytes: Buffer.from(line),
    continued: false,
  }));
  const options = { runId: 'run-1', source: 'test', time: new Date().toISOString() };
  const result = await log.appendLog(subject, encoded, {
    ...options,
    expectedLast: last?.sequence ?? 0,
  });
  t.true(result.ok);
}

test('what somebody wrote is read by the one who wrote it', async (t) => {
  const { log, views } = await startViews(t);
  for (let count = 1; count <= 20; count += 1) {
    const agentId = `agent-${String(count).padStart(12, '0')}`;
    await createAgent(log, agentId, 'cat');
    const { agent, sequence } = await views.request('agent', { agentId, atLeast: count });
    t.is(agent.phase, 'requested');
    t.is(sequence, count);
  }
});

test('agents, users, projects and the hash are served', async (t) => {
  const { log, views } = await startViews(t);
  await createAgent(log, AGENT, 'cat');
  await sendMessage(log, AGENT, 'm-1', 'hello');
  const { agents } = await views.request('agents', { atLeast: 2 });
  t.like(agents[0], { agentId: AGENT, queued: 1 });
  const user = await views.request('user', { channel: 'terminal', userId: 'me' });
  t.like(user, { agentId: null, agents: [] });
  t.deepEqual((await views.request('projects', {})).projects, []);
  t.regex((await views.request('hash', { atLeast: 2 })).hash, /^[0-9a-f]{64}$/);
});

test('an agent that was archived is shown from the log, as it ended', async (t) => {
  const { log, views } = await startViews(t);
  await createAgent(log, AGENT, 'cat');
  const last = await archiveAgent(log, AGENT);
  const { agents } = await views.request('agents', { atLeast: last });
  t.deepEqual(agents, []);
  const { agent } = await views.request('agent', { agentId: AGENT, atLeast: last });
  t.like(agent, { phase: 'ended', kind: 'line', end: 'exited: exit code 0', deleted: false });
  const nobody = views.request('agent', { agentId: 'agent-00000000000c' });
  await t.throwsAsync(nobody, { code: 'ORC_AGENT_NOT_FOUND' });
});

test('the services protocol knows the service, its version and its endpoints, and counts', async (t) => {
  const { nats, views } = await startViews(t);
  await views.request('agents', {});
  const client = new Svcm(nats.connection.nc).client();
  for await (const { version, endpoints } of await client.info(VIEWS_SERVICE)) {
    t.is(version, '1.2.3');
    t.deepEqual(
      endpoints.map(({ name, subject }) => [name, subject]),
      Object.keys(VIEWS).map((name) => [name, `views.${name}`]),
    );
  }
  for await (const { endpoints } of await client.stats(VIEWS_SERVICE)) {
    t.is(endpoints?.find(({ name }) => name === 'agents')?.num_requests, 1);
  }
});

test('several instances share the requests: each is answered once', async (t) => {
  const { nats, serve, service, views } = await startViews(t);
  await serve();
  const { nc } = nats.connection;
  let answers = 0;
  const inbox = nc.subscribe('_INBOX.shared', {
    callback: () => {
      answers += 1;
    },
  });
  for (let count = 0; count < 20; count += 1) {
    nc.publish('views.agents', '{}', { reply: '_INBOX.shared' });
  }
  await nc.flush();
  while (answers < 20) await views.request('agents', {});
  await nc.flush();
  t.is(answers, 20);
  inbox.unsubscribe();
  await service.stop();
  await t.notThrowsAsync(views.request('agents', {}), 'the other goes on');
});

test('the log tail has the last lines of both streams in the order in which they were stored', async (t) => {
  const { log, views } = await startViews(t);
  await writeLog(t, log, ['one', 'two']);
  await writeLog(t, log, ['oops'], 'stderr');
  await writeLog(t, log, ['three']);
  const { lines } = await views.request('logs', { agentId: AGENT, lines: 3 });
  t.deepEqual(
    lines.map(({ stream, line }) => [stream, line]),
    [
      ['stdout', 'two'],
      ['stderr', 'oops'],
      ['stdout', 'three'],
    ],
  );
  t.deepEqual(await views.request('logs', { agentId: 'agent-00000000000b' }), { lines: [] });
});

test('bytes that are no text show as such', async (t) => {
  const { log, views } = await startViews(t);
  await writeLog(t, log, [Buffer.from([0x61, 0xff, 0x62]), '']);
  const { lines } = await views.request('logs', { agentId: AGENT });
  t.deepEqual(
    lines.map(({ line }) => line),
    ['a\ufffdb', ''],
  );
});

test('a log tail that is more than one answer holds is shortened at its beginning', async (t) => {
  const { log, views } = await startViews(t, { maxPayload: 65_536 });
  await writeLog(
    t,
    log,
    Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(1_000)}`),
  );
  const { lines } = await views.request('logs', { agentId: AGENT });
  t.true(lines.length > 50 && lines.length < 65, `${lines.length} lines`);
  t.true(lines.at(-1)?.line.startsWith('99 '));
});

test('a last line that alone is more than one answer holds is cut', async (t) => {
  const { log, views } = await startViews(t, { maxPayload: 65_536 });
  await writeLog(t, log, ['short', '\u0001'.repeat(30_000)]);
  const { lines } = await views.request('logs', { agentId: AGENT });
  t.is(lines.length, 1);
  const line = lines[0]?.line ?? '';
  t.true(line.startsWith('\u0001\u0001') && line.endsWith('…') && line.length < 30_000);
});

test('what cannot be asked is refused with what is wrong about it', async (t) => {
  const { nats, views } = await startViews(t);
  await t.throwsAsync(views.request('agent', { agentId: 'nobody' }), {
    code: 'ORC_BAD_INPUT',
    message: 'views.agent: agentId: agent- and 12 hex digits',
  });
  await t.throwsAsync(views.request('agents', { atLeast: -1 }), { code: 'ORC_BAD_INPUT' });
  await t.throwsAsync(views.request('user', { channel: 'a.b', userId: '*' }), {
    code: 'ORC_BAD_INPUT',
  });
  await t.throwsAsync(views.request('agent', { agentId: AGENT }), {
    code: 'ORC_AGENT_NOT_FOUND',
  });
  for (const payload of ['not json', '[1]', 'null', new Uint8Array([0xff])]) {
    const reply = await nats.connection.nc.request('views.agents', payload);
    t.regex(reply.headers?.get('Nats-Service-Error') ?? '', /^ORC_BAD_INPUT: /);
    t.is(reply.headers?.get('Nats-Service-Error-Code'), '400');
  }
  const empty = await nats.connection.nc.request('views.agents');
  t.deepEqual(empty.json(), { sequence: 0, agents: [] });
});

test('an event that is not there yet is waited for, and then said to be missing', async (t) => {
  const { views } = await startViews(t);
  await t.throwsAsync(views.request('hash', { atLeast: 1_000 }), {
    code: 'ORC_TIMED_OUT',
    message: /1000.*are at 0/,
  });
});

test('a log that is gone is an error of the answer, not of the service', async (t) => {
  const { nats, views } = await startViews(t);
  await (await nats.connection.jsm()).streams.delete('LOGS');
  await t.throwsAsync(views.request('logs', { agentId: AGENT }), { code: 'ORC_NO_STREAM' });
  await t.notThrowsAsync(views.request('agents', {}));
});

test('without projections a request says that they do not run', async (t) => {
  const { connection } = await startTestNats(t);
  const views = new ViewsClient(connection.nc);
  await t.throwsAsync(views.request('agents', {}), {
    code: 'ORC_NOT_REACHABLE',
    message: /projections/,
  });
});

test('projections that do not answer are timed out, and a request can be given up', async (t) => {
  const { connection } = await startTestNats(t);
  connection.nc.subscribe('views.agents');
  await connection.nc.flush();
  const views = new ViewsClient(connection.nc);
  await t.throwsAsync(views.request('agents', {}, { timeoutMs: 50 }), { code: 'ORC_TIMED_OUT' });
  const abort = new AbortController();
  const request = views.request('agents', {}, { signal: abort.signal });
  abort.abort();
  await t.throwsAsync(request, { name: 'AbortError' });
  await t.throwsAsync(views.request('agents', {}, { signal: abort.signal }), {
    name: 'AbortError',
  });
});

test('an error that no table knows, and a closed connection, are told as such', async (t) => {
  const { connection, connect } = await startTestNats(t);
  const { nc } = await connect();
  nc.subscribe('views.agents', {
    callback: (_error, message) => {
      const own = headers();
      own.set('Nats-Service-Error', 'ORC_FROM_THE_FUTURE: something new');
      message.respond('', { headers: own });
    },
  });
  await nc.flush();
  const views = new ViewsClient(connection.nc);
  await t.throwsAsync(views.request('agents', {}), {
    code: 'ORC_INTERNAL',
    message: 'something new',
  });
  await connection.close();
  await t.throwsAsync(views.request('agents', {}), { code: 'ORC_NOT_REACHABLE' });
});
