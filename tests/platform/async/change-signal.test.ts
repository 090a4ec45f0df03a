import test from 'ava';
import { ChangeSignal } from '../../../platform/async/change-signal.ts';

test('a change between the look and the wait is not missed', async (t) => {
  const changes = new ChangeSignal();
  const { count } = changes;
  changes.changed();
  await t.notThrowsAsync(changes.since(count));
});

test('a wait for something that holds later ends with the change that makes it so', async (t) => {
  const changes = new ChangeSignal();
  let sequence = 0;
  let over = false;
  const wait = changes
    .until(() => sequence >= 2)
    .then(() => {
      over = true;
    });
  sequence = 1;
  changes.changed();
  await Promise.resolve();
  t.false(over);
  sequence = 2;
  changes.changed();
  await wait;
  t.true(over);
});

test('who gives up is asked no more', async (t) => {
  const changes = new ChangeSignal();
  const end = new AbortController();
  let asked = 0;
  const holds = () => {
    asked += 1;
    return false;
  };
  const wait = changes.until(holds, end.signal);
  end.abort(new Error('enough'));
  await t.throwsAsync(wait, { message: 'enough' });
  const before = asked;
  changes.changed();
  t.is(asked, before);
});

test('closing lets everybody go, who waits and who comes later', async (t) => {
  const changes = new ChangeSignal();
  const wait = changes.until(() => false);
  changes.close();
  await wait;
  await changes.since(changes.count);
  t.true(changes.closed);
});
