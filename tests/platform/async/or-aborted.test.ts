import { getEventListeners } from 'node:events';
import test from 'ava';
import { ChangeSignal } from '../../../platform/async/change-signal.ts';
import { pause } from '../../../platform/async/delay.ts';
import { orAborted } from '../../../platform/async/or-aborted.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('B2: waiting a hundred times below one signal leaves no listener on it', async (t) => {
  const { signal } = new AbortController();
  const changes = new ChangeSignal();
  for (let round = 0; round < 100; round += 1) {
    await orAborted(Promise.resolve(round), signal);
    await pause(0, signal);
    const since = changes.since(changes.count, signal);
    changes.changed();
    await since;
  }
  t.is(listeners(signal), 0);
});

test('the outcome is that of the promise, well or not', async (t) => {
  const { signal } = new AbortController();
  t.is(await orAborted(Promise.resolve(7), signal), 7);
  await t.throwsAsync(orAborted(Promise.reject(new Error('broken')), signal), {
    message: 'broken',
  });
  t.is(listeners(signal), 0);
});

test('a signal that aborts, or has aborted, ends the wait with its reason', async (t) => {
  const end = new AbortController();
  const never = new Promise<never>(() => undefined);
  const waits = orAborted(never, end.signal);
  end.abort(new Error('enough'));
  await t.throwsAsync(waits, { message: 'enough' });
  await t.throwsAsync(orAborted(never, end.signal), { message: 'enough' });
  t.is(listeners(end.signal), 0);
});
