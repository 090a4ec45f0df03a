import test from 'ava';
import { isGroup, Pace, type PaceClock } from '../../../bot/delivery/pace.ts';

const LIMITS = {
  privateChat: { burst: 3, everyMs: 200 },
  group: { burst: 1, everyMs: 400 },
  bot: { burst: 1000, everyMs: 1 },
};
const never = new AbortController().signal;

/** Time that passes only where somebody waits, or the test says so. */
class OwnTime implements PaceClock {
  time = 0;

  now(): number {
    return this.time;
  }

  async wait(ms: number): Promise<void> {
    this.time += ms;
  }
}

test('a chat gets a short burst, then one message a time; other chats do not wait for it', async (t) => {
  const clock = new OwnTime();
  const pace = new Pace(LIMITS, clock);
  for (let index = 0; index < 3; index += 1) await pace.take('1', never);
  t.is(clock.time, 0, 'the burst');
  await pace.take('2', never);
  t.is(clock.time, 0, 'another chat');
  await pace.take('1', never);
  await pace.take('1', never);
  t.is(clock.time, 400, 'two more wait their time');
});

test('a group is slower than a private chat', async (t) => {
  t.true(isGroup('-100'));
  const clock = new OwnTime();
  const pace = new Pace(LIMITS, clock);
  await pace.take('-100', never);
  await pace.take('-100', never);
  t.is(clock.time, 400);
});

test('what matters less leaves room for what matters more', async (t) => {
  const clock = new OwnTime();
  const pace = new Pace(LIMITS, clock);
  t.true(pace.tryTakeSpare('1'));
  t.true(pace.tryTakeSpare('1'));
  t.false(pace.tryTakeSpare('1'), 'the last one is kept');
  await pace.take('1', never);
  clock.time += 400;
  t.true(pace.tryTakeSpare('1'));
});

test('waiting ends with its signal', async (t) => {
  const pace = new Pace(LIMITS);
  await pace.take('-1', never);
  const end = new AbortController();
  const waiting = pace.take('-1', end.signal);
  end.abort();
  await t.throwsAsync(waiting, { name: 'AbortError' });
});

test('a bot of many chats does not remember the quiet ones', async (t) => {
  const clock = new OwnTime();
  const pace = new Pace(LIMITS, clock);
  for (let chat = 1; chat <= 2_500; chat += 1) {
    clock.time += 300;
    await pace.take(String(chat), never);
  }
  t.true(pace.tryTakeSpare('1'), 'one that was forgotten is as one that is new');
});
