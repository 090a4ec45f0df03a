import test from 'ava';
import { Lanes } from '../../../platform/async/lanes.ts';

test('work of a lane is done in order, lanes beside each other, and all of it can be awaited', async (t) => {
  const lanes = new Lanes();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  lanes.add('a', async () => {
    await gate.promise;
    done.push('a1');
  });
  lanes.add('a', async () => void done.push('a2'));
  lanes.add('b', async () => void done.push('b1'));
  t.is(lanes.size, 3);
  await lanes.below(3);
  t.deepEqual(done, ['b1']);
  gate.resolve();
  await lanes.below(1);
  t.deepEqual(done, ['b1', 'a1', 'a2']);
});
