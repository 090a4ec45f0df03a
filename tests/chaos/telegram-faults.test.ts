import test from 'ava';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { startBotSystem } from '../support/telegram/bot-system.ts';
import { delivered } from '../support/telegram/delivered.ts';
import type { Fault } from '../support/telegram/telegram-server.ts';

const USERS = [3001, 3002, 3003, 3004, 3005];
/** `npm run chaos` sends more; with these each kind of fault comes two or three times. */
const MESSAGES = process.env.CHAOS_ROUNDS === undefined ? 4 : 8;

test('a Telegram that fails at 30 % of all calls loses nothing and disorders nothing', async (t) => {
  t.timeout(300_000);
  const { next, seed } = random();
  const { telegram, system } = await startBotSystem(t, {
    TELEGRAM_ALLOWED_USERS: USERS.join(','),
  });
  const { api } = telegram;
  const faults: Fault[] = [
    { kind: 'answer', code: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 },
    { kind: 'answer', code: 500, description: 'Internal Server Error' },
    { kind: 'html', status: 502, done: false },
    { kind: 'html', status: 502, done: true },
    { kind: 'cut', done: false },
    { kind: 'cut', done: true },
    { kind: 'slow', ms: 400 },
  ];
  telegram.fault = () => (next(100) < 30 ? faults[next(faults.length)] : undefined);

  for (let message = 1; message <= MESSAGES; message += 1) {
    for (const user of USERS) api.say(user, `message ${message} of ${user}`);
  }
  const got = (user: number) => delivered(api.texts(user));
  await telegram.until(
    () => USERS.every((user) => got(user).texts.length === MESSAGES),
    'every answer',
    240_000,
  );
  telegram.fault = () => undefined;

  for (const user of USERS) {
    const { texts, unmarkedRepeats } = got(user);
    const expected = Array.from(
      { length: MESSAGES },
      (_, index) => `[${index + 1}] You said: message ${index + 1} of ${user}`,
    );
    t.deepEqual(texts, expected);
    t.deepEqual(unmarkedRepeats, []);
  }
  await assertJudged(t, await system.log(), 'telegram-faults');
  await system.stop();
  t.log(`seed ${seed}: ${api.calls.length} calls`);
});
