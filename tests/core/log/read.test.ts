import test from 'ava';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, collect, message } from './events.ts';

const OTHER = 'agent-ba9876543210';

const sequences = async (messages: AsyncIterable<StoredMessage>) =>
  (await collect(messages)).map(({ sequence }) => sequence);

test('a read ends at the end of the stream, also of an empty one', async (t) => {
  const { log } = await startTestNats(t);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from: { sequence: 1 } })), []);
  await log.append([message('a'), message('b'), message('c')]);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from: { sequence: 1 } })), [1, 2, 3]);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from: { sequence: 3 } })), [3]);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from: { sequence: 4 } })), []);
});

test('a read with a filter yields what it selects and ends where it selects nothing', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b', 'b', OTHER), message('c')]);
  const from = { sequence: 1 };
  const own = log.read({ stream: 'EVENTS', from, filter: `agents.${AGENT}.>` });
  t.deepEqual(await sequences(own), [1, 3]);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from, filter: 'users.>' })), []);
});

test('a read ends at the sequence that was asked for', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b', 'b', OTHER), message('c')]);
  const from = { sequence: 1 };
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from, until: 2 })), [1, 2]);
  const filter = `agents.${AGENT}.>`;
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from, filter, until: 2 })), [1]);
});

test('a read from an instant begins with what was stored then', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b'), message('c')]);
  const messages = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  const time = messages[1]?.time ?? new Date();
  t.true(Math.abs(Date.now() - time.getTime()) < 60_000);
  const later = await sequences(log.read({ stream: 'EVENTS', from: { time } }));
  t.is(later.at(-1), 3);
  const future = new Date(Date.now() + 60_000);
  t.deepEqual(await sequences(log.read({ stream: 'EVENTS', from: { time: future } })), []);
});

test('a read yields many messages in order, each once', async (t) => {
  const { log } = await startTestNats(t);
  const count = 20_000;
  for (let at = 0; at < count; at += 500) {
    await log.append(Array.from({ length: 500 }, (_, index) => message(`answer-${at + index}`)));
  }
  const read = await sequences(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  t.is(read.length, count);
  t.true(read.every((sequence, index) => sequence === index + 1));
});

test('a read that is left early leaves nothing behind on the server', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append([message('a'), message('b'), message('c')]);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    t.is(message.sequence, 1);
    break;
  }
  const jsm = await connection.jsm();
  let left = 1;
  for (let look = 0; left > 0 && look < 100; look += 1) {
    left = (await collect(jsm.consumers.list('EVENTS'))).length;
  }
  t.is(left, 0);
});

test('the last message of a filter with wildcards is found, and none where there is none', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b'), message('c', 'c', OTHER)]);
  const last = await log.last('EVENTS', `agents.${AGENT}.>`);
  t.is(last?.sequence, 2);
  t.is(last?.subject, `agents.${AGENT}.command.send`);
  t.true(Math.abs(Date.now() - (last?.time.getTime() ?? 0)) < 60_000);
  t.is((await log.last('EVENTS', 'agents.*.command.*'))?.sequence, 3);
  t.is(await log.last('EVENTS', 'users.>'), undefined);
});

test('the message at a place is found, and none where there is none', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([message('a'), message('b')]);
  t.is((await log.at('EVENTS', 2))?.header('ce-id'), 'b');
  t.is(await log.at('EVENTS', 3), undefined);
});

test('a reader hears that there is no stream', async (t) => {
  const { log, connection } = await startTestNats(t);
  await (await connection.jsm()).streams.delete('LOGS');
  const none = { code: 'ORC_NO_STREAM' };
  await t.throwsAsync(sequences(log.read({ stream: 'LOGS', from: { sequence: 1 } })), none);
  await t.throwsAsync(log.last('LOGS', 'agents.>'), none);
  const follow = log.follow({ stream: 'LOGS', from: { sequence: 1 } })[Symbol.asyncIterator]();
  await t.throwsAsync(Promise.resolve(follow.next()), none);
});
