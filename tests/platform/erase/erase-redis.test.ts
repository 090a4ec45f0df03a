import test from 'ava';
import { eraseRedis } from '../../../platform/erase/erase-redis.ts';
import { startTestRedis } from '../../support/redis.ts';

const A = 'agent-0123456789ab';
const B = 'agent-ba9876543210';
const whose = { agents: [A], people: [{ channel: 'telegram', userId: '7340012345' }] };

test('what Redis has of a person goes, also beyond a page, and nothing else', async (t) => {
  const redis = await startTestRedis(t);
  const client = await redis.client();
  for (let at = 0; at < 1_100; at += 1) {
    await client.xAdd('cli-agent:responses', '*', { agent_id: at % 2 === 0 ? A : B, message: 'x' });
  }
  await client.xAdd('cli-agent:commands', '*', { data: '{"user_id": 7340012345, "text": "x"}' });
  await client.xAdd('cli-agent:commands', '*', { data: '{"user_id": 17340012345, "text": "x"}' });
  for (const id of [A, B]) {
    await client.xAdd(`agent:logs:${id}`, '*', { line: 'x' });
    await client.set(`telegram:agent_user:${id}`, '1');
  }
  await client.set('telegram:user_agent:7340012345', A);
  for (const _ of ['once', 'and again']) {
    await eraseRedis(redis.url, whose);
    const responses = await redis.entries('cli-agent:responses');
    t.is(responses.length, 550);
    t.true(responses.every(({ fields }) => fields.some(([, value]) => value === B)));
    t.is((await redis.entries('cli-agent:commands')).length, 1);
    t.deepEqual((await client.keys('*')).sort(), [
      `agent:logs:${B}`,
      'cli-agent:commands',
      'cli-agent:responses',
      `telegram:agent_user:${B}`,
    ]);
  }
});

test('a Redis that is away is told', async (t) => {
  const error = await t.throwsAsync(eraseRedis('redis://127.0.0.1:1', whose), {
    code: 'ORC_ERASING',
  });
  t.regex(error?.message ?? '', /^Redis: /);
});
