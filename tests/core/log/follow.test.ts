import test, { type ExecutionContext } from 'ava';
import { EventLog } from '../../../core/log/event-log.ts';
import type { Followed } from '../../../core/log/follow.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { AGENT, message } from './events.ts';

/** Appends, again and again with the same id, until it is stored. */
async function appendSurely({ log }: TestNats, id: string): Promise<void> {
  for (;;) {
    const result = await log.append(message(id), { timeoutMs: 500 });
    if (result.ok) return;
  }
}

/** Sequences from a follow until the last one has come. */
async function sequencesUntil(follow: AsyncIterable<Followed>, last: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const { messages } of follow) {
    seen.push(...messages.map(({ sequence }) => sequence));
    if ((seen.at(-1) ?? 0) >= last) break;
  }
  return seen;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const isWhole = (t: ExecutionContext, seen: number[], count: number) =>
  t.deepEqual(seen, upTo(count), 'every sequence once and in order');

test('a follow replays, says that it has caught up, and goes on live', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b')]);
  const seen: string[] = [];
  for await (const { messages, caughtUp } of log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
  })) {
    for (const message of messages) seen.push(`${message.header('ce-id')} ${caughtUp}`);
    if (messages.length > 0 && seen.length === 2) await log.append(message('c'));
    if (seen.length === 3) break;
  }
  t.deepEqual(seen, ['a true', 'b true', 'c true']);
});

test('a follow of an empty stream, or of a filter that selects nothing, has caught up at once', async (t) => {
  const { log } = await startTestNats(t);
  const first = async (filter?: string) => {
    for await (const batch of log.follow({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
      return batch;
    }
    return undefined;
  };
  t.deepEqual(await first(), { messages: [], caughtUp: true });
  await log.append(message('a'));
  t.deepEqual(await first('users.>'), { messages: [], caughtUp: true });
});

test('a follow has not caught up before the last of what was stored', async (t) => {
  const { log } = await startTestNats(t);
  const count = 10_000;
  for (let at = 0; at < count; at += 1_000) {
    await log.append(Array.from({ length: 1_000 }, (_, index) => message(`a-${at + index}`)));
  }
  let [seen, batches] = [0, 0];
  for await (const { messages, caughtUp } of log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
  })) {
    seen += messages.length;
    batches += 1;
    if (caughtUp) break;
    t.true(seen < count);
  }
  t.is(seen, count);
  t.true(batches < count / 10, `${batches} batches`);
});

test('a follow ends without an error when it is aborted, while it waits and between batches', async (t) => {
  const { log } = await startTestNats(t);
  const waiting = new AbortController();
  const follow = log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
    signal: waiting.signal,
  });
  for await (const { caughtUp } of follow) if (caughtUp) setImmediate(() => waiting.abort());
  await log.append(message('a'));
  const between = new AbortController();
  for await (const _ of log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
    signal: between.signal,
  })) {
    between.abort();
  }
  t.pass();
});

test('a slow reader holds the server back and loses nothing', async (t) => {
  const { log } = await startTestNats(t);
  const count = 12_000;
  for (let at = 0; at < count; at += 1_000) {
    await log.append(Array.from({ length: 1_000 }, (_, index) => message(`a-${at + index}`)));
  }
  const seen: number[] = [];
  let largest = 0;
  for await (const { messages } of log.follow({ stream: 'EVENTS', from: { sequence: 1 } })) {
    largest = Math.max(largest, messages.length);
    seen.push(...messages.map(({ sequence }) => sequence));
    if (seen.length === count) break;
    // Time for the whole stream to arrive, if nothing held it back.
    await log.lastSequence('EVENTS');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  isWhole(t, seen, count);
  t.true(largest <= 4_000, `${largest} at once`);
});

test('a follow has no gap and no repeat over kill -9 and restart of the server', async (t) => {
  const nats = await startTestNats(t);
  const count = 600;
  const follower = await nats.connect({ name: 'follower' });
  const follow = new EventLog(follower).follow({ stream: 'EVENTS', from: { sequence: 1 } });
  const seen = sequencesUntil(follow, count);
  for (let index = 1; index <= count; index += 1) {
    await appendSurely(nats, `answer-${index}`);
    if (index % 200 === 100) {
      await nats.kill();
      await nats.restart();
    }
  }
  isWhole(t, await seen, count);
  t.is(await nats.log.lastSequence('EVENTS'), count, 'and every event is stored once');
});

test('a follow goes on after its consumer was deleted on the server', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append([message('a'), message('b')]);
  const jsm = await connection.jsm();
  const seen: number[] = [];
  for await (const { messages } of log.follow({ stream: 'EVENTS', from: { sequence: 1 } })) {
    seen.push(...messages.map(({ sequence }) => sequence));
    if (seen.length === 2) {
      for await (const { name } of jsm.consumers.list('EVENTS')) {
        await jsm.consumers.delete('EVENTS', name);
      }
      await log.append(message('c'));
    }
    if (seen.length >= 3) break;
  }
  isWhole(t, seen, 3);
});

test('A8: a follow whose sessions are lost at once opens few of them', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append(message('a'));
  const jsm = await connection.jsm();
  const opened: string[] = [];
  connection.nc.subscribe('$JS.EVENT.ADVISORY.CONSUMER.CREATED.EVENTS.*', {
    callback: (_, { subject }) => {
      const name = subject.split('.').at(-1) ?? '';
      opened.push(name);
      void jsm.consumers.delete('EVENTS', name).catch(() => undefined);
    },
  });
  const signal = AbortSignal.timeout(2_000);
  for await (const _ of log.follow({ stream: 'EVENTS', from: { sequence: 1 }, signal }));
  t.true(opened.length >= 2, 'it goes on');
  t.true(opened.length <= 8, `${opened.length} sessions in two seconds`);
});

test('a follow of many messages is one session: a pull that is complete is no loss', async (t) => {
  const { log, connection } = await startTestNats(t);
  const all = Array.from({ length: 5_000 }, (_, index) => message(`message-${index}`));
  for (let begin = 0; begin < all.length; begin += 500) {
    t.like(await log.append(all.slice(begin, begin + 500)), { ok: true });
  }
  const opened: string[] = [];
  connection.nc.subscribe('$JS.EVENT.ADVISORY.CONSUMER.CREATED.EVENTS.*', {
    callback: (_, { subject }) => void opened.push(subject),
  });
  let read = 0;
  for await (const { messages, caughtUp } of log.follow({
    stream: 'EVENTS',
    from: { sequence: 1 },
  })) {
    read += messages.length;
    if (caughtUp) break;
  }
  await connection.nc.flush();
  t.is(read, all.length);
  t.is(opened.length, 1);
});

test('B7: a follow ends where its stream is removed and made anew, although the new one is longer', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append(message('a'));
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  const seen: string[] = [];
  const following = async () => {
    for await (const { messages } of log.follow({ stream: 'EVENTS', from: { sequence: 1 } })) {
      seen.push(...messages.map((one) => one.header('ce-id') ?? ''));
      if (seen.length !== 1) continue;
      await jsm.streams.delete('EVENTS');
      await jsm.streams.add(config);
      await log.append([message('new-a'), message('new-b')]);
    }
  };
  await t.throwsAsync(following(), { code: 'ORC_LOG_REPLACED' });
  t.deepEqual(seen, ['a'], 'and nothing of the new one is taken for a part of the old');
});

test('a follow of a full log has no gap within a subject but what the limit removed', async (t) => {
  const { log } = await startTestNats(t, { limits: { logLines: 100 } });
  const subject = `agents.${AGENT}.log.stdout`;
  const lines = Array.from({ length: 1_000 }, (_, index) => ({
    position: String(index),
    bytes: new TextEncoder().encode(`line ${index}`),
    continued: false,
  }));
  const options = { runId: 'run-1', source: 'test', time: new Date().toISOString() };
  await log.appendLog(subject, lines, { ...options, expectedLast: 0 });
  const seen = await sequencesUntil(log.follow({ stream: 'LOGS', from: { sequence: 1 } }), 1_000);
  t.deepEqual(seen, upTo(1_000).slice(900));
});

test('a follow that began before the server could be reached again gives up after its patience', async (t) => {
  const { log, kill } = await startTestNats(t);
  await kill();
  const follow = log.follow({ stream: 'EVENTS', from: { sequence: 1 }, patienceMs: 100 });
  await t.throwsAsync(sequencesUntil(follow, 1), { code: 'ORC_NOT_REACHABLE' });
});
