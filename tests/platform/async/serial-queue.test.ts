import test from 'ava';
import { SerialQueue } from '../../../platform/async/serial-queue.ts';

test('work is done in order, and what fails holds nothing up', async (t) => {
  const queue = new SerialQueue();
  const done: number[] = [];
  const first = Promise.withResolvers<void>();
  const results = [
    queue.run(async () => {
      await first.promise;
      done.push(1);
    }),
    queue.run(async () => {
      throw new Error('broken');
    }),
    queue.run(async () => done.push(2)),
  ];
  await Promise.resolve();
  t.deepEqual(done, []);
  first.resolve();
  await queue.idle();
  t.deepEqual(done, [1, 2]);
  t.deepEqual(
    (await Promise.allSettled(results)).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});
