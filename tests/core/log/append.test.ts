import test from 'ava';
import { publishEvent } from '../../../core/log/publish-event.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { scheduleSubject } from '../../../schemas/subjects.ts';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, answer, collect, message, nextSecond } from './events.ts';

test('an event is stored with its attributes as headers and its data as JSON', async (t) => {
  const { log } = await startTestNats(t);
  const event = message('answer-1', 'Grüße');
  t.deepEqual(await log.append(event), { ok: true, sequence: 1, duplicate: false });
  const stored = await log.last('EVENTS', event.subject);
  t.is(stored?.header('ce-id'), 'answer-1');
  t.regex(stored?.header('nats-msg-id') ?? '', /^[\w-]{22}$/, 'what nobody can claim before');
  t.is(stored?.header('ce-type'), 'command.send');
  t.is(stored?.header('ce-causationid'), undefined);
  t.is(new TextDecoder().decode(stored?.payload), '{"text":"Grüße","mode":"join"}');
});

test('an event with a known id is stored once and says so', async (t) => {
  const { log } = await startTestNats(t);
  await log.append(message('answer-1'));
  t.deepEqual(await log.append(message('answer-1')), { ok: true, sequence: 1, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('an append whose expectation does not hold is a conflict and stores nothing', async (t) => {
  const { log } = await startTestNats(t);
  await log.append(message('answer-1'));
  const filter = `agents.${AGENT}.>`;
  const stale = await log.append(message('answer-2'), { expect: { filter, sequence: 0 } });
  t.like(stale, { ok: false, error: 'conflict' });
  const fresh = await log.append(message('answer-2'), { expect: { filter, sequence: 1 } });
  t.like(fresh, { ok: true, sequence: 2 });
});

test('several events are stored in order, as one', async (t) => {
  const { log } = await startTestNats(t);
  const filter = `agents.${AGENT}.>`;
  const events = [message('a'), message('b'), message('c')];
  const result = await log.append(events, { expect: { filter, sequence: 0 } });
  t.deepEqual(result, { ok: true, sequence: 3, duplicate: false });
  const stored = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  t.deepEqual(
    stored.map((message) => message.header('ce-id')),
    ['a', 'b', 'c'],
  );
});

test('of several events none is stored where the expectation does not hold', async (t) => {
  const { log } = await startTestNats(t);
  await log.append(message('before'));
  const expect = { filter: `agents.${AGENT}.>`, sequence: 0 };
  t.like(await log.append([message('a'), message('b')], { expect }), { error: 'conflict' });
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('several events with a known id among them are a duplicate, not a conflict', async (t) => {
  const { log } = await startTestNats(t);
  const expect = { filter: `agents.${AGENT}.>`, sequence: 0 };
  await log.append([message('a'), message('b')], { expect });
  const again = await log.append([message('a'), message('b')], { expect });
  t.deepEqual(again, { ok: true, sequence: 2, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 2);
});

test('of several events none is sent where one is too large', async (t) => {
  const { log } = await startTestNats(t, { maxPayload: 10_000 });
  const result = await log.append([message('a'), message('b', 'x'.repeat(10_000))]);
  t.like(result, { ok: false, error: 'too-large', limit: 10_000 });
  t.is(await log.lastSequence('EVENTS'), 0);
});

test('an event larger than the server takes names its size and the limit', async (t) => {
  const { log } = await startTestNats(t, { maxPayload: 10_000 });
  const result = await log.append(message('answer-1', 'x'.repeat(10_000)));
  t.like(result, { ok: false, error: 'too-large', limit: 10_000 });
  t.true(!result.ok && result.error === 'too-large' && result.size > 10_000);
});

test('the largest event that fits is stored: the size that we compute is the size on the wire', async (t) => {
  const { log } = await startTestNats(t, { maxPayload: 10_000 });
  const small = await log.append(message('answer-1', 'x'.repeat(20_000)));
  const over = !small.ok && small.error === 'too-large' ? small.size - small.limit : 0;
  t.like(await log.append(message('answer-1', 'x'.repeat(20_000 - over))), { ok: true });
  t.like(await log.append(message('answer-2', 'x'.repeat(20_001 - over))), { error: 'too-large' });
});

test('without the streams an append says that there are none', async (t) => {
  const { log, connection } = await startTestNats(t);
  const jsm = await connection.jsm();
  await jsm.streams.delete('EVENTS');
  t.like(await log.append(message('answer-1')), { ok: false, error: 'no-stream' });
  t.like(await log.append([message('a'), message('b')]), { ok: false, error: 'no-stream' });
});

test('a full store refuses an append and keeps what it has', async (t) => {
  const limits = { saidBytes: 65_536, fileBytes: 65_536 };
  const { log } = await startTestNats(t, { maxStore: 1_000_000, limits });
  let stored = 0;
  let result = await log.append(message('answer-0', 'x'.repeat(100_000)));
  while (result.ok && stored < 50) {
    stored += 1;
    result = await log.append(message(`answer-${stored}`, 'x'.repeat(100_000)));
  }
  t.like(result, { ok: false, error: 'storage-full' });
  t.true(stored > 5 && stored < 15);
  t.like(await log.append([message('a'), message('b')]), { ok: false, error: 'storage-full' });
  const first = await log
    .read({ stream: 'EVENTS', from: { sequence: 1 } })
    [Symbol.asyncIterator]()
    .next();
  t.is(first.value?.sequence, 1);
});

test('a repeat after a lost acknowledgement stores the event once', async (t) => {
  const { log, kill, restart } = await startTestNats(t);
  await log.append(message('before'));
  await kill();
  const unanswered = await log.append(message('answer-1'), { timeoutMs: 200 });
  t.like(unanswered, { ok: false, error: 'not-reachable' });
  await restart();
  let result = await log.append(message('answer-1'), { timeoutMs: 1_000 });
  while (!result.ok) result = await log.append(message('answer-1'), { timeoutMs: 1_000 });
  t.like(await log.append(message('answer-1')), { duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 2);
});

test('what was acknowledged is there after kill -9 of the server', async (t) => {
  const { log, kill, restart } = await startTestNats(t);
  const results = await Promise.all(
    Array.from({ length: 500 }, (_, index) => log.append(message(`answer-${index}`))),
  );
  const batch = await log.append([message('a'), message('b'), message('c')]);
  t.true(results.every(({ ok }) => ok) && batch.ok);
  await kill();
  await restart();
  const stored = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  const ids = stored.map((message) => message.header('ce-id'));
  t.is(ids.length, 503);
  t.deepEqual(ids.slice(-3), ['a', 'b', 'c']);
});

test('a timer is published to its target when it is due, with its attributes, and stays in the log', async (t) => {
  const { log } = await startTestNats(t);
  const at = nextSecond();
  const timer = ttlTimer('later', at, 'run');
  t.like(await log.append(timer), { ok: true });
  for await (const { messages } of log.follow({ stream: 'EVENTS', from: { sequence: 1 } })) {
    const [fired] = messages;
    if (fired === undefined) continue;
    t.is(fired.subject, TIMER);
    t.is(fired.header('ce-id'), 'later');
    t.is(fired.header('ce-type'), 'timer.ttl');
    t.is(new TextDecoder().decode(fired.payload), JSON.stringify(timer.data));
    t.true(fired.time >= at);
    break;
  }
  t.is(await log.last('TIMERS', timer.subject), undefined, 'it is gone once it fired');
});

test('a timer is set with other events, and replaced by a later one for the same', async (t) => {
  const { log } = await startTestNats(t);
  const far = new Date(Date.now() + 60_000);
  const at = nextSecond();
  const both = [message('now'), ttlTimer('first', far, 'run')];
  t.like(await log.append(both), { ok: true, sequence: 1 });
  t.like(await log.append(ttlTimer('second', at, 'run')), { ok: true });
  const probe = ttlTimer('probe', new Date(at.getTime() + 1_000), 'probe');
  t.like(await log.append(probe), { ok: true });
  const fired: (string | undefined)[] = [];
  const following = { stream: 'EVENTS', from: { sequence: 1 }, filter: TIMER } as const;
  for await (const { messages } of log.follow(following)) {
    fired.push(...messages.map((each) => each.header('ce-id')));
    if (fired.includes('probe')) break;
  }
  t.deepEqual(fired, ['second', 'probe']);
});

test('an id that stands for something else is no repeat: nothing is stored, and it is said', async (t) => {
  const { log } = await startTestNats(t);
  t.like(await log.append(message('m-1', 'one')), { ok: true });
  t.like(await log.append(message('m-1', 'one')), { ok: true, sequence: 1, duplicate: true });
  t.like(await log.append(message('m-1', 'two')), { ok: false, error: 'id-taken' });
  const elsewhere = message('m-1', 'one', 'agent-ba9876543210');
  t.like(await log.append(elsewhere), { ok: false, error: 'id-taken' });
  const both = [message('m-1', 'two'), message('m-2')];
  t.like(await log.append(both), { ok: false, error: 'id-taken' });
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('an id that an agent claimed before is free for a service, for one event as for several', async (t) => {
  const { log, connectAgent } = await startTestNats(t);
  const { nc } = await connectAgent(AGENT);
  for (const id of ['m-1', 'm-2']) t.like(await publishEvent(nc, answer(id)), { ok: true });
  await log.heard(`agents.${AGENT}.>`);
  t.like(await log.append(message('m-1')), { ok: true, duplicate: false });
  t.like(await log.append(message('m-1')), { ok: true, duplicate: true });
  const both = [message('m-2'), message('m-3')];
  t.like(await log.append(both), { ok: true, duplicate: false });
  t.like(await log.append(both), { ok: true, duplicate: true });
});

test('a batch that is repeated after a lost acknowledgement is stored once', async (t) => {
  const { log } = await startTestNats(t);
  const both = [message('m-1'), message('m-2', 'x', 'agent-ba9876543210')];
  t.like(await log.append(both), { ok: true, sequence: 2, duplicate: false });
  t.like(await log.append(both), { ok: true, sequence: 2, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 2);
});

const TIMER = `agents.${AGENT}.timer.ttl`;

function ttlTimer(id: string, at: Date, key: string): NewEvent {
  const expiresAt = at.toISOString();
  return {
    id,
    type: 'timer.ttl',
    source: 'orchestrator/test',
    time: expiresAt,
    subject: scheduleSubject(AGENT, 'ttl', key),
    data: { runId: 'run-1', expiresAt },
    schedule: { at, target: TIMER },
  };
}
