import { createServer } from 'node:net';
import test from 'ava';
import type { Health } from '../../../platform/service/health.ts';
import { HISTORY_STREAM, RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { AGENT, said } from '../../core/log/events.ts';
import { startTestNats } from '../../support/nats.ts';
import { startTestRedis, type TestRedis, until } from '../../support/redis.ts';
import { startWithAgent } from './adapters.ts';

const untilHealth = (health: Health, name: string, ok: boolean, what: RegExp) =>
  until(
    async () =>
      health.checks().find((one) => one.name === name && one.ok === ok && what.test(one.detail)),
    `${name} ${ok} ${what}`,
  );

const untilTexts = (redis: TestRedis, wanted: readonly string[]) =>
  until(async () => {
    const entries = await redis.entries(RESPONSES_STREAM).catch(() => []);
    const texts = entries.map(({ fields }) => Object.fromEntries(fields).message);
    return JSON.stringify(texts) === JSON.stringify(wanted) ? entries : undefined;
  }, wanted.join(', '));

test('a Redis that comes later gets what was said before, and health tells of it', async (t) => {
  const redis = await startTestRedis(t);
  await redis.kill();
  const { log, health } = await startWithAgent(t, { redis });
  await untilHealth(health, 'redis', false, /ECONNREFUSED.*everything else works/);
  await log.append(said('r-1', 'one'));
  await redis.start();
  await untilTexts(redis, ['one']);
  const { detail } = await untilHealth(health, 'redis', true, /connected/);
  t.is(detail, `127.0.0.1:${redis.port}: connected`);
  t.true((await untilHealth(health, 'redis mirror', true, /up to date/)).ok);
});

test('a Redis that hangs is noticed, and what it missed comes when it answers again', async (t) => {
  const { log, redis, health } = await startWithAgent(t);
  await log.append(said('r-1', 'one'));
  await untilTexts(redis, ['one']);
  process.kill(redis.pid, 'SIGSTOP');
  const { pid } = redis;
  t.teardown(() => process.kill(pid, 'SIGCONT'));
  await log.append(said('r-2', 'two'));
  await untilHealth(health, 'redis', false, /no answer within 5 s/);
  await log.append(said('r-3', 'three'));
  process.kill(redis.pid, 'SIGCONT');
  t.is((await untilTexts(redis, ['one', 'two', 'three'])).length, 3);
});

test('a server that takes connections and says nothing keeps nobody from ending', async (t) => {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = `redis://user:hush@127.0.0.1:${port}`;
  const { health, stop } = await startWithAgent(t, {
    redis: await startTestRedis(t),
    options: { url },
  });
  const { detail } = await untilHealth(health, 'redis', false, /no answer within 5 s/);
  t.false(detail.includes('hush'));
  await stop();
});

test('a password that is wrong is said, and is not shown', async (t) => {
  const redis = await startTestRedis(t);
  const url = redis.url.replace('redis://', 'redis://nobody:hush@');
  const { health } = await startWithAgent(t, { redis, options: { url } });
  const { detail } = await untilHealth(health, 'redis', false, /WRONGPASS/);
  t.false(detail.includes('hush'));
});

test('a Redis without room loses nothing: what it refused comes when there is room', async (t) => {
  const { log, redis, health } = await startWithAgent(t);
  await log.append(said('r-1', 'one'));
  await untilTexts(redis, ['one']);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  await log.append(said('r-2', 'two'));
  await untilHealth(health, 'redis', false, /OOM/);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  t.is((await untilTexts(redis, ['one', 'two'])).length, 2);
});

test('a replica that becomes the master is gone on with, without a gap or a repeat', async (t) => {
  const [master, replica] = [await startTestRedis(t), await startTestRedis(t)];
  await replica.cli('REPLICAOF', '127.0.0.1', String(master.port));
  const { log, stop, start } = await startWithAgent(t, { redis: master });
  await log.append(said('r-1', 'one'));
  const before = await untilTexts(master, ['one']);
  await untilTexts(replica, ['one']);
  // The mirror has more than the replica when that takes over.
  await replica.cli('REPLICAOF', 'NO', 'ONE');
  await log.append(said('r-2', 'two'));
  await untilTexts(master, ['one', 'two']);
  await stop();
  await master.kill();
  await start({ url: replica.url });
  await log.append(said('r-3', 'three'));
  const after = await untilTexts(replica, ['one', 'two', 'three']);
  t.deepEqual(after[0], before[0]);
});

test('a script that is faster than the history stands behind it, and what was missed behind that', async (t) => {
  const { log, redis, stop, start, watermark } = await startWithAgent(t);
  for (const text of ['one', 'two']) await log.append(said(text, text));
  const before = await untilTexts(redis, ['one', 'two']);
  // The entry is in Redis a moment before the mirror knows it.
  const { created, lastSequence } = await log.identity('EVENTS');
  const reached = async () => (await watermark.of(created)) === lastSequence;
  await until(async () => ((await reached()) ? true : undefined), 'the watermark of two');
  await stop();
  await log.append(said('three', 'three'));
  await redis.kill({ wipe: true });
  await redis.start();
  const fields = ['agent_id', AGENT, 'type', 'answer', 'message', 'from a script'];
  const id = await redis.cli('XADD', RESPONSES_STREAM, '*', ...fields);
  await start({ watermark });
  const after = await untilTexts(redis, ['one', 'two', 'from a script', 'three']);
  t.deepEqual(after.slice(0, 2), before, 'readers have these already, and do not see them again');
  t.is(after[2]?.id, id.trim());
  t.is(await redis.cli('EXISTS', HISTORY_STREAM), '0\n');
});

test('lookups and history come back where two adapters find the same loss', async (t) => {
  const nats = await startTestNats(t);
  const { log, redis, start, watermark } = await startWithAgent(t, { nats });
  await start({ consumer: 'another', watermark });
  const texts = Array.from({ length: 50 }, (_, index) => `${index}`);
  for (const text of texts) await log.append(said(text, text));
  await untilTexts(redis, texts);
  await redis.kill({ wipe: true });
  await log.append(said('more', 'more'));
  await redis.start();
  t.is((await untilTexts(redis, [...texts, 'more'])).length, texts.length + 1);
});
