import test from 'ava';
import type { EventLog } from '../../../core/log/event-log.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { AGENT, said as answer } from '../../core/log/events.ts';
import { history } from '../../support/history.ts';
import { type TestRedis, until } from '../../support/redis.ts';
import { startWithAgent } from './adapters.ts';

const say = (redis: TestRedis, ...fields: string[]) =>
  redis.cli('XADD', RESPONSES_STREAM, '*', ...fields);

const said = (log: EventLog, count: number) =>
  until(async () => {
    const found = (await history(log)).filter(({ type }) => type.startsWith('response.'));
    return found.length >= count ? found : undefined;
  }, `${count} responses in the log`);

test('what older scripts write becomes events, with the broker’s time whatever time they state', async (t) => {
  const { log, redis } = await startWithAgent(t);
  const before = Date.now();
  await say(
    redis,
    ...['agent_id', AGENT, 'type', 'answer', 'message', 'Done! ✓'],
    'timestamp',
    '2026-01-04T15:30:45Z',
  );
  await say(
    redis,
    ...['agent_id', AGENT, 'type', 'answer', 'message', 'again'],
    'timestamp',
    '2026-01-04T15:30:45.123456+00:00',
  );
  await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'odd', 'timestamp', '?']);
  await say(redis, ...['agent_id', AGENT, 'type', 'question', 'question', 'Which?']);
  const events = await said(log, 4);
  t.deepEqual(
    events.map(({ type, data, subject }) => [type, data, subject]),
    [
      ['response.answer', { text: 'Done! ✓' }, `agents.${AGENT}.response.answer`],
      ['response.answer', { text: 'again' }, `agents.${AGENT}.response.answer`],
      ['response.answer', { text: 'odd' }, `agents.${AGENT}.response.answer`],
      ['response.question', { text: 'Which?' }, `agents.${AGENT}.response.question`],
    ],
  );
  t.true(events.every(({ time }) => Date.parse(time) >= before - 1));
});

test('neither what the mirror wrote nor a reply to a command is read back, nor a script’s own word mirrored', async (t) => {
  const { log, redis } = await startWithAgent(t);
  await log.append(answer('r-1', 'ours'));
  await until(
    async () => ((await redis.entries(RESPONSES_STREAM)).length ? true : undefined),
    'it',
  );
  await say(redis, 'data', '{"success": true, "request_id": "r"}');
  await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'theirs']);
  await said(log, 2);
  await log.append(answer('r-2', 'the end'));
  const entries = await until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length >= 4 ? found : undefined;
  }, 'the last response');
  t.deepEqual(
    entries.map(({ fields }) => fields.find(([name]) => name === 'message')?.[1]),
    ['ours', undefined, 'theirs', 'the end'],
  );
  t.is((await said(log, 3)).length, 3);
});

test('what is no response of an agent stays where it is, and what comes after it is read', async (t) => {
  const { log, redis } = await startWithAgent(t);
  await say(redis, ...['agent_id', 'agent-abc123', 'type', 'answer', 'message', 'short id']);
  await say(redis, ...['agent_id', AGENT, 'type', 'dance', 'message', 'what']);
  await say(redis, ...['agent_id', AGENT, 'type', 'answer']);
  await say(redis, 'something', 'else');
  const huge = { agent_id: AGENT, type: 'answer', message: 'x'.repeat(20 * 1024 * 1024) };
  await (await redis.client()).xAdd(RESPONSES_STREAM, '*', huge);
  await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'fine']);
  const events = await said(log, 1);
  t.deepEqual(
    events.map(({ data }) => data),
    [{ text: 'fine' }],
  );
  t.is((await redis.entries(RESPONSES_STREAM)).length, 6);
});

test('entries are read once, also when the position in Redis is older than they are', async (t) => {
  const { log, redis, stop, start } = await startWithAgent(t);
  const agents = [newAgentId(), newAgentId()];
  for (let nth = 1; nth <= 20; nth += 1) {
    for (const agent of agents) {
      await say(redis, ...['agent_id', agent, 'type', 'answer', 'message', `${nth}`]);
    }
  }
  await said(log, 40);
  await stop();
  const [key = ''] = await (await redis.client()).keys('orchestrator:mirror:*');
  await redis.cli('HDEL', key, 'responses');
  await start();
  await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'the end']);
  const events = await said(log, 41);
  t.is(events.length, 41);
  for (const agent of agents) {
    t.deepEqual(
      events.filter(({ subject }) => subject.includes(agent)).map(({ data }) => data),
      Array.from({ length: 20 }, (_, nth) => ({ text: `${nth + 1}` })),
    );
  }
});

test('a Redis that came back without its last seconds has what a script had said in them again', async (t) => {
  const { log, redis, stop, start } = await startWithAgent(t);
  await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'kept']);
  const [kept] = await said(log, 1);
  const [key = ''] = await (await redis.client()).keys('orchestrator:mirror:*');
  // The entry was in Redis from the start: that the mirror has come past its event, its position says.
  const position = await until(async () => {
    const found = Number(await redis.cli('HGET', key, 'events'));
    return found === kept?.sequence ? found : undefined;
  }, 'the position behind what was said');
  await stop();
  await start();
  const id = await say(redis, ...['agent_id', AGENT, 'type', 'answer', 'message', 'lost']);
  await said(log, 2);
  await log.append(answer('r-1', 'ours'));
  await until(
    async () => ((await redis.entries(RESPONSES_STREAM)).length === 3 ? true : undefined),
    'it',
  );
  const ours = (await redis.entries(RESPONSES_STREAM))[2]?.id ?? '';
  await redis.cli(
    'EVAL',
    `redis.call('HSET', KEYS[1], 'events', '${position}'); redis.call('XDEL', KEYS[2], '${id.trim()}', '${ours}')`,
    '2',
    key,
    RESPONSES_STREAM,
  );
  await log.append(answer('r-2', 'the end'));
  const entries = await until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length === 4 ? found : undefined;
  }, 'what was lost');
  t.deepEqual(
    entries.map(({ fields }) => Object.fromEntries(fields).message),
    ['kept', 'lost', 'ours', 'the end'],
  );
  t.is((await said(log, 4)).length, 4);
});
