import '../support/measured-children.ts';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { askHealth } from '../../platform/service/ask-health.ts';
import { ownPort } from '../support/own-port.ts';
import { startSystem, type TestSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';

/** What the bot says of its parts, once it is there. */
async function checksOfBot(system: TestSystem) {
  const { nc } = await system.connection();
  const end = Date.now() + 60_000;
  // Nobody may be there yet to hear the question, which is then answered at once.
  for (; Date.now() < end; await delay(100)) {
    const services = await askHealth(nc, { expected: ['bot'] });
    const bot = services.find(({ service }) => service === 'bot');
    if (bot !== undefined) return bot.checks;
  }
  throw new Error('the bot does not tell its health');
}

test('with a webhook Telegram brings the updates, and the health of the bot says so', async (t) => {
  const telegram = await startTelegram(t);
  const { api } = telegram;
  const port = ownPort(t);
  const env = botEnvironment(telegram, {
    TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}/telegram`,
    TELEGRAM_WEBHOOK_PORT: String(port),
    TELEGRAM_WEBHOOK_SECRET: 'only-telegram-knows',
  });
  const system = await startSystem(t, { env });
  await telegram.until(() => api.webhook !== undefined, 'the webhook to be set');
  t.is(api.webhook?.secret, 'only-telegram-knows');
  api.say(ANN, 'hello');
  await telegram.until(() => api.texts(ANN).length === 1, 'an answer');

  t.deepEqual(api.texts(ANN), ['[1] You said: hello']);
  const checks = await checksOfBot(system);
  t.true(checks.find(({ name }) => name === 'telegram webhook')?.ok);
  t.true(checks.every(({ ok }) => ok));
  t.is((await system.stop()).code, 0);
});

test('a bot without anybody who may talk to it says so in its health', async (t) => {
  const telegram = await startTelegram(t);
  const env = botEnvironment(telegram, { TELEGRAM_ALLOWED_USERS: '', TELEGRAM_ADMIN_USERS: '' });
  const system = await startSystem(t, { env });

  const checks = await checksOfBot(system);
  t.regex(checks.find(({ ok }) => !ok)?.detail ?? '', /nobody may talk to the bot/);
});
