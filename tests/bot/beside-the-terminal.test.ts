import test from 'ava';
import { RunningStart } from '../cli/start/running-start.ts';
import { history, ofType } from '../support/history.ts';
import { dataFolder, environment, startSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import { delivered } from '../support/telegram/delivered.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';

test('the bot runs beside the chat of the terminal, each with an agent of its own', async (t) => {
  const telegram = await startTelegram(t);
  const env = environment(dataFolder(t), botEnvironment(telegram));
  const start = new RunningStart(t, env);
  start.write('hello from the terminal\n');
  await start.says('[1] You said: hello from the terminal');
  telegram.api.say(ANN, 'hello from Telegram');
  await telegram.until(() => telegram.api.texts(ANN).length === 1, 'an answer');
  start.write('and again\n');
  await start.says('[2] You said: and again');

  t.deepEqual(telegram.api.texts(ANN), ['[1] You said: hello from Telegram']);
  t.is((await start.end()).code, 0);
});

test('with a Telegram that is not there everything else runs, and what was said is answered later', async (t) => {
  const telegram = await startTelegram(t);
  const { api, port } = telegram;
  const env = botEnvironment(telegram);
  await telegram.close();
  const system = await startSystem(t, { env });
  api.say(ANN, 'hello');
  await telegram.listen(port);
  await telegram.until(() => api.texts(ANN).length === 1, 'an answer');

  t.deepEqual(api.texts(ANN), ['[1] You said: hello']);
  t.is(ofType(await history(await system.log()), 'delivery.ambiguous').length, 0);
});

test('kill -9 of the whole system loses nothing that is said meanwhile', async (t) => {
  const telegram = await startTelegram(t);
  const { api } = telegram;
  const dataDir = dataFolder(t);
  const env = botEnvironment(telegram);
  const first = await startSystem(t, { dataDir, env });
  api.say(ANN, 'one');
  await telegram.until(() => api.texts(ANN).length === 1, 'an answer');
  await first.kill();
  api.say(ANN, 'two');
  await startSystem(t, { dataDir, env });
  const got = () => delivered(api.texts(ANN));
  await telegram.until(() => got().texts.length === 2, 'an answer to what came meanwhile');

  t.deepEqual(got().texts, ['[1] You said: one', '[2] You said: two']);
  t.deepEqual(got().unmarkedRepeats, []);
});
