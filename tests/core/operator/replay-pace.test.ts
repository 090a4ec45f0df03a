import test from 'ava';
import { ReplayPace } from '../../../core/operator/replay-pace.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes));
const { signal } = new AbortController();

/** Whether it was let go by the time that everything else had its turn. */
async function isDue(due: Promise<void>): Promise<boolean> {
  let done = false;
  void due.then(() => {
    done = true;
  });
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  return done;
}

test('at the highest speed nothing is waited for, whatever lies between', async (t) => {
  const pace = new ReplayPace({ speed: Number.POSITIVE_INFINITY });
  for (const minutes of [0, 60, 100_000]) await pace.due(at(minutes), signal);
  t.pass();
});

test('a wait is as long as it was, by the speed, and never longer than one sits through', async (t) => {
  const slow = new ReplayPace({ speed: 1, longestMs: 3_600_000 });
  await slow.due(at(0), signal);
  const waiting = slow.due(at(1), signal);
  t.false(await isDue(waiting));
  slow.faster(1_000_000);
  await waiting;
  const bounded = new ReplayPace({ speed: 1, longestMs: 1 });
  await bounded.due(at(0), signal);
  await bounded.due(at(60), signal);
  t.pass();
});

test('paused it shows one for each step, and goes on when it is let', async (t) => {
  const pace = new ReplayPace({ speed: Number.POSITIVE_INFINITY, paused: true });
  const first = pace.due(at(0), signal);
  t.false(await isDue(first));
  pace.step();
  await first;
  const second = pace.due(at(1), signal);
  t.false(await isDue(second), 'one step is one');
  pace.toggle();
  await second;
  await pace.due(at(2), signal);
  pace.toggle();
  t.true(pace.paused);
  t.false(await isDue(pace.due(at(3), signal)));
});

test('a jump shows at once what came before its end, also while it is paused', async (t) => {
  const pace = new ReplayPace({ speed: 1, paused: true });
  const first = pace.due(at(0), signal);
  pace.step();
  await first;
  pace.jump(120_000);
  await pace.due(at(1), signal);
  await pace.due(at(2), signal);
  t.false(await isDue(pace.due(at(3), signal)));
});

test('whoever quits waits no longer', async (t) => {
  const pace = new ReplayPace({ speed: 1, paused: true });
  const quit = new AbortController();
  const waiting = pace.due(at(0), quit.signal);
  quit.abort(new Error('quit'));
  await t.throwsAsync(waiting, { message: 'quit' });
});
