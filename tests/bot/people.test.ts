import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { Access } from '../../bot/people/access.ts';
import { Directory } from '../../bot/people/directory.ts';
import { RateLimit } from '../../bot/people/rate-limit.ts';
import { checkpointAt } from '../../core/projection/checkpointed-follower.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';

test('so many messages a minute are taken, by the time at which they were sent', (t) => {
  const rate = new RateLimit(2);
  const verdicts = ['u1', 'u2', 'u3', 'u4'].map((id) => rate.check('1', id, 100));
  t.deepEqual(verdicts, ['taken', 'taken', 'first-refused', 'refused']);
  t.is(rate.check('2', 'u5', 100), 'taken', 'another user');
  t.is(rate.check('1', 'u6', 160), 'taken', 'the next minute');
});

test('an update that is handled again counts once', (t) => {
  const rate = new RateLimit(1);
  t.deepEqual([rate.check('1', 'u1', 1), rate.check('1', 'u1', 1)], ['taken', 'taken']);
  t.deepEqual(
    [rate.check('1', 'u2', 1), rate.check('1', 'u2', 1)],
    ['first-refused', 'first-refused'],
  );
});

test('many users of long ago are forgotten', (t) => {
  const rate = new RateLimit(1);
  for (let user = 0; user < 2_500; user += 1) rate.check(String(user), 'u', user * 60);
  t.is(rate.check('0', 'again', 200_000), 'taken');
});

test('what an admin says of somebody is in the log, and outlives whoever heard it', async (t) => {
  const { log } = await startTestNats(t);
  const end = new AbortController();
  t.teardown(() => end.abort());
  const settings = { TELEGRAM_ALLOWED_USERS: ['1', '2', '-9'], TELEGRAM_ADMIN_USERS: undefined };
  const first = new Directory(log);
  await first.start(end.signal);
  const access = new Access(settings, first);
  t.deepEqual(access.everybody(), ['1', '2', '-9']);
  t.true(access.isAdmin('1'));
  t.false(access.isAdmin('-9'), 'a group is nobody’s admin');
  await first.state('user.allowed', '3', {}, 'a');
  await first.state('user.denied', '-9', {}, 'b');
  await first.state('user.denied', '1', {}, 'c');

  const second = new Directory(log);
  await second.start(end.signal);
  const later = new Access(settings, second);
  t.true(later.isAllowed('3'));
  t.false(later.isAllowed('-9'));
  t.true(later.isAllowed('1'), 'an admin of the settings cannot be shut out');
  t.false(later.isAllowed('4'));
});

test('a directory goes on from its checkpoint, and comes to the same as one that reads it all', async (t) => {
  const { log } = await startTestNats(t);
  const end = new AbortController();
  t.teardown(() => end.abort());
  const path = join(await temporaryFolder(t), 'bot.jsonl');
  const logger = pino({ level: 'silent' });
  const kept = async () => ({ file: await checkpointAt(path, logger), logger });
  const first = new Directory(log, 'join', await kept());
  await first.start(end.signal);
  await first.state('user.allowed', '3', {}, 'a');
  await first.saveCheckpoint();
  await first.state('user.introduced', '4', { name: 'Ben' }, 'b');
  // What is not in the log any more is known by the checkpoint alone.
  await (await log.connection.jsm()).streams.purge('EVENTS', { seq: 2 });

  const second = new Directory(log, 'join', await kept());
  await second.start(end.signal);

  t.deepEqual(second.ids(), ['3', '4']);
  t.true(second.member('3').allowed);
  t.is(second.member('4').name, 'Ben');
});

test('A6: a directory that the log does not go on for says so, and lets go who waits for it', async (t) => {
  const { log } = await startTestNats(t);
  const end = new AbortController();
  t.teardown(() => end.abort());
  const directory = new Directory(log);
  await directory.start(end.signal);
  await directory.state('user.allowed', '3', {}, 'a');
  const ended = t.throwsAsync(directory.ended);
  const jsm = await log.connection.jsm();
  await jsm.streams.delete('EVENTS');
  const late = t.throwsAsync(directory.state('user.denied', '3', {}, 'b'));

  t.like(await ended, { code: 'ORC_NO_STREAM' });
  t.like(await late, { name: 'OrchestratorError' });
  t.true(directory.member('3').allowed);
});

test('A6: what is stored while nobody follows the log is not waited for', async (t) => {
  const { log } = await startTestNats(t);
  const end = new AbortController();
  t.teardown(() => end.abort());
  const directory = new Directory(log);
  await directory.start(end.signal);
  const jsm = await log.connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  await jsm.streams.delete('EVENTS');
  await t.throwsAsync(directory.ended);
  await jsm.streams.add(config);

  const waits = directory.state('user.denied', '3', {}, 'a');
  t.like(await t.throwsAsync(waits), { code: 'ORC_NOT_REACHABLE' });
  t.like(await t.throwsAsync(directory.caughtUp()), { code: 'ORC_NOT_REACHABLE' });
});

test('C9: who has chosen no mode has that of the settings', async (t) => {
  const { log } = await startTestNats(t);
  const end = new AbortController();
  t.teardown(() => end.abort());
  const directory = new Directory(log, 'wait');
  await directory.start(end.signal);
  await directory.state('user.mode-chosen', '3', { mode: 'interrupt' }, 'a');

  t.is(directory.member('1').mode, 'wait');
  t.is(directory.member('3').mode, 'interrupt');
});
