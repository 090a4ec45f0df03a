import test from 'ava';
import { BackOff, isWorthSaying } from '../../../platform/async/back-off.ts';
import { keepRunning } from '../../../platform/async/keep-running.ts';
import { always, retry } from '../../../platform/async/retry.ts';

const SHORT = { firstMs: 1, longestMs: 4 };

test('the waits double up to the longest, and begin anew when it worked', (t) => {
  const backOff = new BackOff({ firstMs: 250, longestMs: 5_000 }, () => 0);
  const waits = Array.from({ length: 7 }, () => backOff.next());
  t.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  backOff.reset();
  t.is(backOff.next(), 250);
});

test('a wait is shortened by chance, by no more than a half', (t) => {
  t.is(new BackOff({ firstMs: 250, longestMs: 5_000 }, () => 1).next(), 125);
});

test('an outage of ten minutes is said in few lines', (t) => {
  const backOff = new BackOff({ firstMs: 250, longestMs: 5_000 }, () => 1);
  let lines = 0;
  for (let ms = 0; ms < 600_000; ms += backOff.next()) {
    if (isWorthSaying(backOff.failures + 1)) lines += 1;
  }
  t.true(lines <= 8, `${lines} lines`);
});

test('what passes is tried again, and told', async (t) => {
  const told: unknown[] = [];
  let tries = 0;
  const value = await retry(
    async () => {
      tries += 1;
      if (tries < 4) throw new Error(`try ${tries}`);
      return 'done';
    },
    {
      isPassing: always,
      times: SHORT,
      failing: (error, failures) => told.push([String(error), failures]),
    },
  );
  t.is(value, 'done');
  t.deepEqual(told, [
    ['Error: try 1', 1],
    ['Error: try 2', 2],
  ]);
});

test('what is final is tried once', async (t) => {
  let tries = 0;
  const action = async () => {
    tries += 1;
    throw new Error('refused');
  };
  await t.throwsAsync(retry(action, { isPassing: () => false }), { message: 'refused' });
  t.is(tries, 1);
});

test('an end of the patience throws the last error, an abort its reason', async (t) => {
  const away = async () => {
    throw new Error('away');
  };
  const patient = { isPassing: always, times: SHORT };
  await t.throwsAsync(retry(away, { ...patient, patienceMs: 0 }), { message: 'away' });
  const end = new AbortController();
  const endless = retry(away, { ...patient, signal: end.signal });
  end.abort(new Error('enough'));
  await t.throwsAsync(endless, { message: 'enough' });
});

test('what ends again and again lives again and again, with waits, until the signal aborts', async (t) => {
  const end = new AbortController();
  const ends: unknown[] = [];
  let lives = 0;
  await keepRunning(
    async () => {
      lives += 1;
      if (lives === 1) throw new Error('broken');
      if (lives === 5) end.abort();
    },
    { signal: end.signal, times: SHORT, ended: (error) => ends.push(error) },
  );
  t.is(lives, 5);
  t.deepEqual(ends, [new Error('broken'), undefined, undefined]);
});

test('a life that settled begins the waits anew', async (t) => {
  const end = new AbortController();
  const failures: number[] = [];
  const life = async () => {
    if (failures.length === 3) end.abort();
  };
  const ended = (_: unknown, count: number) => failures.push(count);
  await keepRunning(life, { signal: end.signal, times: SHORT, settledMs: 0, ended });
  t.deepEqual(failures, [1, 1, 1]);
});
