import test from 'ava';
import { delay, pause } from '../../../platform/async/delay.ts';
import { startTimer, timeoutSignal } from '../../../platform/async/timer.ts';
import { within } from '../../../platform/async/within.ts';

const DAY_MS = 86_400_000;

/** Long enough for a timer that overflowed, which rings after a millisecond. */
const AN_OVERFLOW_MS = 30;

test('B1: a timer of more than 24.8 days does not ring at once', async (t) => {
  let rings = 0;
  const cancel = startTimer(60 * DAY_MS, () => (rings += 1));
  await delay(AN_OVERFLOW_MS);
  cancel();
  t.is(rings, 0);
});

test('B1: a time-out of more than 24.8 days, or of more than 49.7, is no error and is not over at once', async (t) => {
  const signals = [30, 60].map((days) => timeoutSignal(days * DAY_MS));
  await delay(AN_OVERFLOW_MS);
  t.deepEqual(
    signals.map((signal) => signal.aborted),
    [false, false],
  );
});

test('B1: what may take 60 days is waited for', async (t) => {
  const late = () => new Error('too late');
  const value = within(60 * DAY_MS, pause(AN_OVERFLOW_MS), late);
  t.true(await value);
});

test('a timer rings once after its time, and not when it was cancelled', async (t) => {
  const rung: string[] = [];
  const cancel = startTimer(1, () => rung.push('cancelled'));
  cancel();
  await new Promise<void>((resolve) => {
    startTimer(5, () => {
      rung.push('rung');
      resolve();
    });
  });
  cancel();
  t.deepEqual(rung, ['rung']);
});

test('a delay ends with the reason of its signal, a pause says that its time has not passed', async (t) => {
  const end = new AbortController();
  const waits = [delay(60 * DAY_MS, end.signal), pause(60 * DAY_MS, end.signal)] as const;
  end.abort(new Error('enough'));
  await t.throwsAsync(waits[0], { message: 'enough' });
  t.false(await waits[1]);
  await t.throwsAsync(delay(1, end.signal), { message: 'enough' });
});
