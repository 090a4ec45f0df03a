import test from 'ava';
import { countedEnd, ledEnd, notBefore } from '../../../core/log/stream-end.ts';

const at = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, pending: 0 }));
const taken = (...sequences: number[]) => ({ messages: at(...sequences), idle: false });
const NOTHING = { messages: [], idle: false };
const IDLE = { messages: [], idle: true };

test('of one replica, nothing left is the end', async (t) => {
  t.true(await countedEnd({ pending: 0 }).reached(NOTHING));
  const end = countedEnd({ pending: 2 });
  t.false(await end.reached(NOTHING));
  t.true(await end.reached(taken(4)), 'the consumer says that nothing is behind it');
  t.true(await countedEnd({ pending: 2 }).reached(IDLE));
});

test('a replica that lags says that nothing is left: that is not the end', async (t) => {
  const end = await ledEnd(async () => 7, { sequence: 1 });
  t.false(await end.reached(NOTHING));
  t.false(await end.reached(taken(4, 5)), 'its last, with nothing behind it');
  t.false(await end.reached(IDLE));
  t.true(await end.reached(taken(7)));
});

test('what the leader does not have any more is not waited for', async (t) => {
  let last = 7;
  const end = await ledEnd(async () => last, { sequence: 1 });
  t.false(await end.reached(taken(5)));
  last = 5;
  t.false(await end.reached(NOTHING), 'it is asked again when nothing comes');
  t.true(await end.reached(IDLE));
});

test('a leader that cannot be asked again leaves it open', async (t) => {
  const answers = [7];
  const end = await ledEnd(async () => answers.shift() ?? Promise.reject(new Error('away')), {
    time: new Date(0),
  });
  t.false(await end.reached(IDLE));
  t.true(await end.reached(taken(7)));
});

test('who begins behind the last that is selected is at the end', async (t) => {
  const end = await ledEnd(async () => 7, { sequence: 8 });
  t.true(await end.reached(NOTHING));
});

test('what a replica that lags gives once more is left out', (t) => {
  t.deepEqual(notBefore({ sequence: 6 }, at(4, 5, 6, 7)), at(6, 7));
  t.deepEqual(notBefore({ sequence: 6 }, at(6, 7)), at(6, 7));
  t.deepEqual(notBefore({ sequence: 6 }, []), []);
  t.deepEqual(notBefore({ time: new Date() }, at(1)), at(1));
});
