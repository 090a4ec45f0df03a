import test from 'ava';
import { SharedInterval } from '../../../platform/async/shared-interval.ts';

test('each who looks is called at every tick until it stops, whoever else does', (t) => {
  const interval = new SharedInterval(1_000_000);
  const calls: string[] = [];
  const stopFirst = interval.add(() => calls.push('first'));
  const stopSecond = interval.add(() => calls.push('second'));
  interval.tick();
  stopFirst();
  interval.tick();
  stopSecond();
  interval.tick();
  t.deepEqual(calls, ['first', 'second', 'second']);
});

test('it ticks by itself, also for who comes after a time without anybody', async (t) => {
  const interval = new SharedInterval(1);
  interval.add(() => undefined)();
  // Something else keeps the process: the interval does not.
  const waiting = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(waiting));
  await new Promise<void>((resolve) => {
    const stop = interval.add(() => {
      stop();
      resolve();
    });
  });
  t.pass();
});
