import test, { type ExecutionContext } from 'ava';
import type { NewEventOf } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import {
  agentUserKey,
  LOG_LINES,
  logsStream,
  RESPONSES_STREAM,
  userAgentKey,
} from '../../../schemas/redis/keys.ts';
import { pythonTime } from '../../../schemas/redis/python-time.ts';
import { AGENT, idOf, said } from '../../core/log/events.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { createAgent, sendMessage } from '../../support/commands.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { startTestRedis, type TestRedis, until } from '../../support/redis.ts';
import { startAdapters, startWithAgent } from './adapters.ts';

/** The responses in the stream, when there are so many. */
const responses = (redis: TestRedis, count: number) =>
  until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length >= count ? found : undefined;
  }, `${count} responses`);

const texts = (entries: readonly { fields: [string, string][] }[]) =>
  entries.map(({ fields }) => Object.fromEntries(fields).message);

function event<T extends EventType>(type: T, subject: string, data: DataOf<T>): NewEventOf<T> {
  const time = '2026-01-04T15:30:45.123Z';
  const agentId = /^agents\.([^.]+)/.exec(subject)?.[1];
  const id = agentId === undefined ? `${type}:${subject}` : idOf(type.replace('.', '-'), agentId);
  return { id, type, source: 'test', time, subject, data };
}

async function appendLines(nats: TestNats, lines: readonly string[], agentId = AGENT) {
  const batch = lines.map((line, index) => ({
    position: String(index),
    bytes: Buffer.from(line),
    continued: false,
  }));
  const options = { runId: 'run-1', source: 'test', time: '2026-01-04T15:30:45.123Z' };
  const subject = `agents.${agentId}.log.stdout`;
  const result = await nats.log.appendLog(subject, batch, { ...options, expectedLast: 0 });
  if (!result.ok) throw new Error(result.error);
}

test('responses stand in the stream with the fields that every older reader takes, in its order', async (t) => {
  const { log, redis } = await startWithAgent(t);
  const subject = (name: string) => `agents.${AGENT}.response.${name}`;
  await log.append(said('r-1', 'Готово ✓'));
  await log.append(event('response.question', subject('question'), { text: 'Which?' }));
  await log.append(event('response.progress', subject('progress'), { text: 'half' }));
  await log.heard('agents.>');
  const times: string[] = [];
  for await (const { time } of log.read({ stream: 'EVENTS', from: { sequence: 2 } })) {
    times.push(pythonTime(time.toISOString()));
  }
  t.deepEqual(
    (await responses(redis, 3)).map(({ fields }) => fields),
    [
      [
        ['agent_id', AGENT],
        ['type', 'answer'],
        ['message', 'Готово ✓'],
        ['timestamp', times[0]],
        ['data', `{"event_id": "${idOf('r-1')}"}`],
      ],
      [
        ['agent_id', AGENT],
        ['type', 'question'],
        ['question', 'Which?'],
        ['timestamp', times[1]],
        ['data', `{"event_id": "${idOf('response-question')}"}`],
      ],
      [
        ['agent_id', AGENT],
        ['type', 'progress'],
        ['message', 'half'],
        ['timestamp', times[2]],
        ['data', `{"event_id": "${idOf('response-progress')}"}`],
      ],
    ],
  );
});

test('C1: a failure is an answer to the older readers, with its reason and its cure', async (t) => {
  const { log, redis } = await startWithAgent(t);
  const data = {
    turnId: 'turn-1',
    code: 'ORC_MODEL_LOGIN',
    reason: 'The agent could not log in at its model',
    cure: 'Log in.',
  };
  const about = (name: string) => `agents.${AGENT}.${name}`;
  await log.append(event('turn.failed', about('turn.failed'), data));
  const { turnId: _, ...why } = data;
  const rejected = event('process.rejected', about('process.rejected'), { commandId: 'c', ...why });
  // Of a command: its giver had a reply.
  await log.append(rejected);
  await log.append({ ...rejected, id: 'of-a-message', correlationId: 'm-1' });
  const lastWords = 'It is 42.';
  const unanswered = { ...data, code: 'ORC_NO_ANSWER', lastWords };
  await log.append({ ...event('turn.failed', about('turn.failed'), unanswered), id: 'f-2' });

  const entries = (await responses(redis, 3)).map(({ fields }) => Object.fromEntries(fields));
  const message = '⚠️ The agent could not log in at its model. Log in.';
  t.deepEqual(
    entries.map(({ type }) => type),
    ['answer', 'answer', 'answer'],
  );
  t.deepEqual(
    entries.map((entry) => entry.message),
    [message, message, `${message}\n\nNot sent by the agent itself:\nIt is 42.`],
  );
  t.like(entries[0], { agent_id: AGENT });
  t.is(JSON.parse(entries[0]?.data ?? '').failed, 'ORC_MODEL_LOGIN');
  t.false('request_id' in JSON.parse(entries[0]?.data ?? ''));
});

test('log lines stand in the stream of their agent, the last thousand or somewhat more', async (t) => {
  const { nats, redis } = await startWithAgent(t);
  const lines = Array.from({ length: 900 }, (_, index) => `line ${index} ä`);
  await appendLines(nats, lines);
  const entries = await until(async () => {
    const found = await redis.entries(logsStream(AGENT));
    return found.length === lines.length ? found : undefined;
  }, 'the lines');
  t.deepEqual(entries[0]?.fields, [
    ['stream', 'stdout'],
    ['line', 'line 0 ä'],
    ['timestamp', '2026-01-04T15:30:45.123000+00:00'],
  ]);
  t.deepEqual(
    entries.map(({ fields }) => fields[1]?.[1]),
    lines,
  );
  const other = newAgentId();
  const client = await redis.client();
  const older = Array.from({ length: 3 * LOG_LINES }, () => ({ line: 'older' }));
  await Promise.all(older.map((fields) => client.xAdd(logsStream(other), '*', fields)));
  await appendLines(nats, ['the newest'], other);
  const kept = await until(async () => {
    const found = await redis.entries(logsStream(other));
    return found.at(-1)?.fields[1]?.[1] === 'the newest' ? found : undefined;
  }, 'the newest line');
  t.true(kept.length >= LOG_LINES && kept.length < 1.2 * LOG_LINES, `${kept.length}`);
});

test('the lookups of Telegram’s users are keys, and a released agent is nobody’s next', async (t) => {
  const { log, redis } = await startWithAgent(t);
  const [first, second] = [newAgentId(), newAgentId()];
  const assign = (agentId: string, user = 'telegram.7') =>
    log.append({
      ...event('user.agent-assigned', `users.${user}.agent-assigned`, { agentId }),
      id: `${user}:${agentId}`,
    });
  const get = (key: string) => redis.cli('GET', key);
  await assign(first);
  await assign(newAgentId(), 'terminal.8');
  await assign(second);
  await until(
    async () => ((await get(userAgentKey('7'))).trim() === second ? true : undefined),
    'it',
  );
  t.is(await get(agentUserKey(first)), '7\n');
  t.is(await get(agentUserKey(second)), '7\n');
  t.is(await get(userAgentKey('8')), '\n');
  const release = { agentId: second, reason: 'ttl' };
  await log.append(event('user.agent-released', 'users.telegram.7.agent-released', release));
  await until(
    async () => ((await get(userAgentKey('7'))) === '\n' ? true : undefined),
    'the release',
  );
  t.is(await get(agentUserKey(second)), '7\n');
});

test('what happens is published in the older channels', async (t) => {
  const { log, redis } = await startWithAgent(t);
  await log.append(said('before', 'so that the mirror runs'));
  await responses(redis, 1);
  const published: [string, string][] = [];
  const enough = Promise.withResolvers<void>();
  const subscriber = (await redis.client()).duplicate();
  subscriber.on('error', () => undefined);
  await subscriber.connect();
  t.teardown(() => subscriber.destroy());
  await subscriber.pSubscribe('agents:*', (message, channel) => {
    published.push([channel, message]);
    if (published.length === 7) enough.resolve();
  });
  const of = (name: string) => `agents.${AGENT}.process.${name}`;
  await log.append(event('process.ready', of('ready'), { runId: 'run-1' }));
  await sendMessage(log, AGENT, 'm-1', 'Привет');
  await log.append(said('r-1', 'hello'));
  await log.heard('agents.>');
  const run = { commandId: 'c-1', exitCode: 3, output: 'out\n', error: 'err' };
  await log.append(event('process.command-run', of('command-run'), run));
  const ttl = { runId: 'run-1', reason: 'ttl' as const, code: 0, signal: null };
  await log.append(event('process.stopped', of('stopped'), ttl));
  await log.append(event('process.deleted', of('deleted'), { commandId: 'c-2' }));
  await enough.promise;
  t.deepEqual(published, [
    [`agents:${AGENT}:status`, '{"type": "status", "state": "created"}'],
    [
      `agents:${AGENT}:message`,
      '{"type": "message", "role": "user", "content": "\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442"}',
    ],
    [`agents:${AGENT}:response`, '{"type": "response", "data": "hello"}'],
    [`agents:${AGENT}:message`, '{"type": "message", "role": "assistant", "content": "hello"}'],
    [
      `agents:${AGENT}:command_exit`,
      '{"type": "command_exit", "exit_code": 3, "output": "out\\n"}',
    ],
    [`agents:${AGENT}:status`, '{"type": "status", "state": "expired"}'],
    [`agents:${AGENT}:status`, '{"type": "status", "state": "deleted"}'],
  ]);
});

test('what an agent says after its end is not there, nor in a history that is made anew', async (t) => {
  const { log, redis } = await startWithAgent(t);
  const exited = { runId: 'run-1', code: 0, signal: null };
  await appendInOrder(log, [said('r-1', 'in time')]);
  await log.append(event('process.exited', `agents.${AGENT}.process.exited`, exited));
  await appendInOrder(log, [said('r-2', 'late')]);
  const other = newAgentId();
  await appendInOrder(log, [said('r-3', 'nobody created it', other)]);
  await createAgent(log, other, 'cat');
  await appendInOrder(log, [said('r-4', 'the end', other)]);
  const before = await responses(redis, 2);
  t.deepEqual(texts(before), ['in time', 'the end']);

  await redis.cli('FLUSHALL');
  const after = await until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length >= 2 ? found : undefined;
  }, 'the history');
  t.deepEqual(after, before);
});

test('what a what-if says and prints is nowhere, neither now nor in a history that is made anew', async (t) => {
  const { nats, log, redis } = await startWithAgent(t);
  const might = newAgentId();
  const of = { agentId: AGENT, turnId: 'turn-1', from: 1, to: 2 };
  const whatIf = { ...of, messageId: 'say', isolated: true };
  await createAgent(log, might, 'cat', { whatIf });
  await appendInOrder(log, [said('w-1', 'what might have been', might), said('r-1', 'what was')]);
  await appendLines(nats, ['might be'], might);
  await appendLines(nats, ['is']);
  t.deepEqual(texts(await responses(redis, 1)), ['what was']);
  await until(async () => (await redis.entries(logsStream(AGENT)))[0], 'the line of the other');
  t.deepEqual(await redis.entries(logsStream(might)), []);

  await redis.cli('FLUSHALL');
  t.deepEqual(texts(await responses(redis, 1)), ['what was']);
});

test('two mirrors at once write nothing twice and leave nothing out', async (t) => {
  const { log, redis, start } = await startWithAgent(t);
  await start({ consumer: 'orchestrator-other' });
  const count = 300;
  for (let nth = 0; nth < count; nth += 1) await log.append(said(`r-${nth}`, `${nth}`));
  await responses(redis, count);
  await log.append(said('last', 'last'));
  const all = await responses(redis, count + 1);
  t.deepEqual(texts(all), [...Array.from({ length: count }, (_, nth) => `${nth}`), 'last']);
});

test('it goes on where it stopped, with what was said meanwhile', async (t) => {
  const { log, redis, start, stop } = await startWithAgent(t);
  await log.append(said('r-1', 'one'));
  await responses(redis, 1);
  await stop();
  await log.append(said('r-2', 'two'));
  await start();
  await log.append(said('r-3', 'three'));
  t.deepEqual(texts(await responses(redis, 3)), ['one', 'two', 'three']);
});

/** An older bot: what it reads behind the last entry that it knows. */
async function readBehind(redis: TestRedis, last: string) {
  const entries = await redis.entries(RESPONSES_STREAM);
  const order = (id: string) => id.split('-').map(BigInt) as [bigint, bigint];
  const [ms, seq] = order(last);
  return entries.filter(({ id }) => {
    const [otherMs, otherSeq] = order(id);
    return otherMs > ms || (otherMs === ms && otherSeq > seq);
  });
}

for (const [what, lose] of [
  [
    'with a crash',
    async (redis: TestRedis, between: () => Promise<unknown>) => {
      await redis.kill({ wipe: true });
      await between();
      await redis.start();
    },
  ],
  [
    'under an open connection',
    async (redis: TestRedis, between: () => Promise<unknown>) => {
      await redis.cli('FLUSHALL');
      await between();
    },
  ],
] as const) {
  test(`a Redis that loses its memory ${what} gets all again, and a reader finds its place in it`, async (t) => {
    const { log, redis } = await startWithAgent(t);
    for (const text of ['one', 'two', 'three']) await log.append(said(text, text));
    const before = await responses(redis, 3);
    const lastRead = before[1]?.id ?? '';

    await lose(redis, () => log.append(said('four', 'four')));
    const after = await until(async () => {
      const found = await redis.entries(RESPONSES_STREAM).catch(() => []);
      return found.length === 4 ? found : undefined;
    }, 'all four');

    t.deepEqual(after.slice(0, 3), before, 'the same entries under the same ids');
    t.deepEqual(texts(await readBehind(redis, lastRead)), ['three', 'four']);
  });
}

test('a Redis that is new gets what is younger than the history it is to have', async (t) => {
  const nats = await startTestNats(t);
  await createAgent(nats.log, AGENT, 'cat');
  await nats.log.append(said('old', 'old'));
  // Its age counts from when it is an event.
  await nats.log.heard('agents.>');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const { redis } = await startAdapters(t, { nats, options: { historyMs: 1_000 } });
  await nats.log.append(said('new', 'new'));
  t.deepEqual(texts(await responses(redis, 1)), ['new']);
});

test('the lookups of an older history are there all the same', async (t) => {
  const nats = await startTestNats(t);
  const data = { agentId: AGENT };
  await nats.log.append(event('user.agent-assigned', 'users.telegram.7.agent-assigned', data));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { redis } = await startWithAgent(t, { nats, options: { historyMs: 1 } });
  await until(
    async () => ((await redis.cli('GET', agentUserKey(AGENT))) === '7\n' ? true : undefined),
    'it',
  );
  t.is(await redis.cli('GET', userAgentKey('7')), `${AGENT}\n`);
});

test('a log that was restored from an older copy is mirrored on from where it ends', async (t) => {
  const { log, redis, stop, start } = await startWithAgent(t);
  await log.append(said('r-1', 'one'));
  await responses(redis, 1);
  await stop();
  const [key = ''] = await (await redis.client()).keys('orchestrator:mirror:*');
  await redis.cli('HSET', key, 'events', '1000');
  await start();
  await until(
    async () => ((await redis.cli('HGET', key, 'events')) === '2\n' ? true : undefined),
    'it',
  );
  await log.append(said('r-2', 'two'));
  t.deepEqual(texts(await responses(redis, 2)), ['one', 'two']);
});

test('a key of something else is left as it is, and the rest goes on', async (t) => {
  const { nats, redis } = await startWithAgent(t);
  await redis.cli('SET', logsStream(AGENT), 'mine');
  await appendLines(nats, ['lost on it']);
  const other = newAgentId();
  await appendLines(nats, ['goes on'], other);
  await until(
    async () => ((await redis.entries(logsStream(other))).length ? true : undefined),
    'it',
  );
  t.is(await redis.cli('GET', logsStream(AGENT)), 'mine\n');
});

test('while the stream of responses is something else, nothing is taken for written', async (t) => {
  const redis = await startTestRedis(t);
  await redis.cli('SET', RESPONSES_STREAM, 'mine');
  const { log, health } = await startWithAgent(t, { redis });
  await log.append(said('r-1', 'one'));
  await untilHealth(t, health, /WRONGTYPE/);
  await redis.cli('DEL', RESPONSES_STREAM);
  t.deepEqual(texts(await responses(redis, 1)), ['one']);
});

const untilHealth = (
  _t: ExecutionContext,
  health: { checks(): { detail: string }[] },
  what: RegExp,
) => until(async () => health.checks().find(({ detail }) => what.test(detail)), String(what));
