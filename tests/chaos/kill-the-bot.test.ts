import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { history, ofType } from '../support/history.ts';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { environment, startSystem } from '../support/system.ts';
import { BotProcess } from '../support/telegram/bot-process.ts';
import { botEnvironment } from '../support/telegram/bot-system.ts';
import { delivered } from '../support/telegram/delivered.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';

/** `npm run chaos` does 200; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 1) * 4;
const USERS = Array.from({ length: 20 }, (_, index) => 2001 + index);
const MESSAGES_A_ROUND = 4;

test('kill -9 of the bot at any moment loses nothing, and repeats only what its ledger calls ambiguous', async (t) => {
  t.timeout(120_000 + ROUNDS * 10_000);
  const { next, seed } = random();
  const telegram = await startTelegram(t);
  const { api } = telegram;
  const system = await startSystem(t, { env: { ORCHESTRATOR_AGENT_TTL: '6h' } });
  const log = await system.log();
  const own = { TELEGRAM_ALLOWED_USERS: USERS.join(','), TELEGRAM_RATE_LIMIT: '10000' };
  const env = environment(system.dataDir, botEnvironment(telegram, own));
  const bot = new BotProcess(env);
  t.teardown(() => bot.kill());
  const sent = new Map<number, string[]>(USERS.map((user) => [user, []]));
  const say = () => {
    const user = USERS[next(USERS.length)] ?? 0;
    const texts = sent.get(user) ?? [];
    texts.push(`message ${texts.length + 1} of ${user}`);
    api.say(user, texts.at(-1) ?? '');
  };

  for (let round = 1; round <= ROUNDS; round += 1) {
    bot.start();
    for (let message = 0; message < MESSAGES_A_ROUND - 1; message += 1) {
      await delay(next(300));
      say();
    }
    await delay(next(900));
    await bot.kill();
    say();
  }
  bot.start();
  const expected = (user: number) =>
    (sent.get(user) ?? []).map((text, index) => `[${index + 1}] You said: ${text}`);
  const isWhole = (user: number) =>
    delivered(api.texts(user)).texts.length === expected(user).length;
  await telegram.until(() => USERS.every(isWhole), 'every answer', 120_000);
  t.is(await bot.kill('SIGTERM'), 0, 'at last it ends in order');

  const chats = USERS.map((user) => delivered(api.texts(user)));
  const sum = (count: (chat: (typeof chats)[number]) => number) =>
    chats.reduce((total, chat) => total + count(chat), 0);
  t.deepEqual(
    chats.map(({ texts }) => texts),
    USERS.map(expected),
    'every message is answered to its user, in order',
  );
  t.deepEqual(
    chats.flatMap(({ unmarkedRepeats }) => unmarkedRepeats),
    [],
    'no repeat is unmarked',
  );
  const events = await history(log);
  await assertJudged(t, log, 'kill-the-bot');
  const ambiguous = ofType(events, 'delivery.ambiguous').length;
  t.true(sum(({ marked }) => marked) <= ambiguous, 'what is marked is ambiguous in the ledger');
  const messages = [...sent.values()].flat().length;
  t.is(ofType(events, 'command.send').length, messages, 'every message is one command');
  const agents = ofType(events, 'command.create').length;
  t.is(agents, [...sent.values()].filter(({ length }) => length > 0).length, 'one agent a user');
  const counted = `${messages} messages, ${ambiguous} ambiguous, ${sum(({ marked }) => marked)} marked, ${sum(({ repeats }) => repeats)} seen twice`;
  t.log(`seed ${seed}, ${ROUNDS} rounds: ${counted}`);
});
