import '../../support/measured-children.ts';
import test from 'ava';
import { dataFolder, environment } from '../../support/system.ts';
import { botEnvironment } from '../../support/telegram/bot-system.ts';
import { startTelegram } from '../../support/telegram/telegram-server.ts';
import { RunningStart } from './running-start.ts';

test('D8: a token that Telegram does not know is said where the system was started, with its cure', async (t) => {
  const telegram = await startTelegram(t);
  const env = environment(
    dataFolder(t),
    botEnvironment(telegram, { TELEGRAM_BOT_TOKEN: '1:another' }),
  );
  const start = new RunningStart(t, env);
  await start.says('bot: Telegram does not know the bot token (401: Unauthorized)');

  t.regex(start.said, /correct TELEGRAM_BOT_TOKEN/);
  t.false(start.said.includes('1:another'));
  t.is((await start.end()).code, 0);
});

test('D8: that nobody may talk to the bot is said there too', async (t) => {
  const telegram = await startTelegram(t);
  const own = { TELEGRAM_ALLOWED_USERS: '', TELEGRAM_ADMIN_USERS: '' };
  const start = new RunningStart(t, environment(dataFolder(t), botEnvironment(telegram, own)));
  await start.says('bot: nobody may talk to the bot');

  t.regex(start.said, /set TELEGRAM_ALLOWED_USERS to your Telegram user id/);
  t.is((await start.end()).code, 0);
});
