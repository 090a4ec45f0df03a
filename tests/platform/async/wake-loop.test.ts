import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { WakeLoop } from '../../../platform/async/wake-loop.ts';

const { signal } = new AbortController();

test('no wake-up is lost, in whichever moment it comes (A11)', async (t) => {
  for (let moment = 0; moment < 20; moment += 1) {
    let looks = 0;
    const loop = new WakeLoop(async () => {
      looks += 1;
    }, signal);
    loop.wake();
    for (let passed = 0; passed < moment; passed += 1) await Promise.resolve();
    const before = looks;
    loop.wake();
    await setImmediate();
    t.true(looks > before, `nobody looked after a wake-up ${moment} microtasks later`);
  }
});

test('wake-ups during a look are one more look, never beside it', async (t) => {
  let looks = 0;
  let at = 0;
  const loop = new WakeLoop(async () => {
    looks += 1;
    at += 1;
    t.is(at, 1);
    if (looks === 1) for (let wakes = 0; wakes < 5; wakes += 1) loop.wake();
    await setImmediate();
    at -= 1;
  }, signal);
  loop.wake();
  await loop.idle();
  t.is(looks, 2);
});

test('what is aborted looks no more', async (t) => {
  const abort = new AbortController();
  let looks = 0;
  const loop = new WakeLoop(async () => {
    looks += 1;
    loop.wake();
    if (looks === 3) abort.abort();
    await setImmediate();
  }, abort.signal);
  loop.wake();
  await loop.idle();
  loop.wake();
  await loop.idle();
  t.is(looks, 3);
});
