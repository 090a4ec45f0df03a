import { setTimeout as pause } from 'node:timers/promises';
import { nanos } from '@nats-io/transport-node';
import test from 'ava';
import { claimSubject } from '../../../core/log/append-once.ts';
import { startTestNats } from '../../support/nats.ts';
import { answer, message } from './events.ts';

/** The shortest that the server takes; what is tested is what comes after it. */
const SHORT_WINDOW = { duplicateWindowMs: 100 };

test('an event is appended once, also by a repeat after the duplicate window', async (t) => {
  const { log } = await startTestNats(t, { limits: SHORT_WINDOW });
  t.like(await log.appendOnce(message('answer-1')), { ok: true, sequence: 1, duplicate: false });
  await log.append(message('between'));
  await pause(1_000);
  const again = await log.appendOnce(message('answer-1'));
  t.deepEqual(again, { ok: true, sequence: 1, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 2);
});

test('the short window of these tests is real: a plain append after it stores a second one', async (t) => {
  const { log } = await startTestNats(t, { limits: SHORT_WINDOW });
  await log.append(message('answer-1'));
  await pause(1_000);
  t.like(await log.append(message('answer-1')), { ok: true, sequence: 2, duplicate: false });
});

test('an id that was claimed by somebody who died before the append is appended', async (t) => {
  const { log, connection } = await startTestNats(t, { limits: SHORT_WINDOW });
  await log.append(message('before'));
  await connection.nc.request(claimSubject('answer-1'), JSON.stringify({ id: 'x', after: 1 }));
  t.like(await log.appendOnce(message('answer-1')), { ok: true, sequence: 2, duplicate: false });
  t.like(await log.appendOnce(message('answer-1')), { ok: true, sequence: 2, duplicate: true });
});

test('a claim that says nothing is looked behind from the beginning', async (t) => {
  const { log, connection } = await startTestNats(t, { limits: SHORT_WINDOW });
  await log.append(message('answer-1'));
  await log.append(message('between'));
  await pause(1_000);
  await connection.nc.request(claimSubject('answer-1'), 'damaged');
  t.like(await log.appendOnce(message('answer-1')), { ok: true, sequence: 1, duplicate: true });
});

test('a repeat long afterwards finds the event on another subject, where it is told to look', async (t) => {
  const { log } = await startTestNats(t, { limits: SHORT_WINDOW });
  const elsewhere = { alsoOn: 'agents.*.command.send' };
  await log.appendOnce(message('answer-1'), elsewhere);
  await pause(1_000);
  const repeat = message('answer-1', 'again', 'agent-ba9876543210');
  t.deepEqual(await log.appendOnce(repeat, elsewhere), { ok: true, sequence: 1, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('of many callers with the same id at once one appends', async (t) => {
  const { log } = await startTestNats(t);
  const results = await Promise.all(
    Array.from({ length: 20 }, () => log.appendOnce(message('answer-1'))),
  );
  t.true(results.every((result) => result.ok && result.sequence === 1));
  t.is(results.filter((result) => result.ok && !result.duplicate).length, 1);
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('many callers with ids of their own on one subject all append', async (t) => {
  const { log } = await startTestNats(t);
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) => log.appendOnce(message(`answer-${index}`))),
  );
  t.true(results.every((result) => result.ok && !result.duplicate));
  t.is(await log.lastSequence('EVENTS'), 20);
});

test('without a server it says so and does not throw', async (t) => {
  const { log, kill } = await startTestNats(t);
  await kill();
  const result = await log.appendOnce(message('answer-1'), { timeoutMs: 200 });
  t.like(result, { ok: false, error: 'not-reachable' });
});

test('what is said in an agent’s name is stored once too, also when SAID has forgotten it', async (t) => {
  const { log, connection } = await startTestNats(t, { limits: SHORT_WINDOW });
  t.like(await log.appendOnce(answer('answer-1')), { ok: true, duplicate: false });
  t.like(await log.appendOnce(answer('answer-2')), { ok: true, duplicate: false });
  t.like(await log.appendOnce(answer('answer-1')), { ok: true, sequence: 1, duplicate: true });
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('SAID');
  await jsm.streams.update('SAID', { ...config, max_age: nanos(1_000) });
  while ((await jsm.streams.info('SAID')).state.messages > 0) await pause(50);
  t.like(await log.appendOnce(answer('answer-2')), { ok: true, sequence: 2, duplicate: true });
  t.is(await log.lastSequence('EVENTS'), 2);
});
