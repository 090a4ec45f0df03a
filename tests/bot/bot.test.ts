import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { ApiClient } from '../projections/http/support/api-client.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { dataFolder, orchestrator, startSystem } from '../support/system.ts';
import { ANN, BEN, botEnvironment, startBotSystem } from '../support/telegram/bot-system.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';

test('the worked example: a message in the chat becomes a project and an answer', async (t) => {
  const { telegram, system } = await startBotSystem(t);
  const { api } = telegram;

  api.say(ANN, 'Create project myapp');
  await telegram.until(() => api.texts(ANN).length === 1, 'an answer');
  api.say(ANN, 'hello');
  api.say(BEN, 'hi');
  await telegram.until(() => api.texts(ANN).length === 2, 'a second answer');
  await telegram.until(() => api.texts(BEN).length === 1, 'an answer to the other');

  t.regex(api.texts(ANN)[0] ?? '', /^Done! Created project 'myapp' \(ID: proj_[0-9a-f]+\)\.$/);
  t.is(api.texts(ANN)[1], '[2] You said: hello');
  t.is(api.texts(BEN)[0], '[1] You said: hi', 'everybody has an agent of their own');
  const log = await system.log();
  const last = String(api.chat(BEN)[0]?.messageId);
  await untilEvent(
    log,
    ({ type, data }) =>
      type === 'delivery.confirmed' && 'messageId' in data && data.messageId === last,
  );
  const events = await history(log);
  t.is(ofType(events, 'command.create').length, 2);
  t.deepEqual(
    ofType(events, 'delivery.confirmed').map(({ data }) => data.messageId),
    api.shown.map(({ messageId }) => String(messageId)),
    'every message is in the ledger',
  );
  t.true(api.calls.some(({ method }) => method === 'sendChatAction'));
  const http = await ApiClient.of(system);
  const isFolded = /^orchestrator_fold_lag_events\{service="bot",node="[^"]+"\} 0$/m;
  while (!isFolded.test(await (await http.fetch('metrics')).text())) await delay(200);
  t.is((await system.stop()).code, 0);
  t.is(api.pending, 0, 'Telegram has nothing left to tell');
});

test('A12: a bot that Telegram does not answer at first is well when it does', async (t) => {
  const telegram = await startTelegram(t);
  let failures = 1;
  telegram.fault = ({ method }) => {
    if (method !== 'getMe' || failures === 0) return undefined;
    failures -= 1;
    return { kind: 'answer', code: 502, description: 'Bad Gateway' };
  };
  const env = botEnvironment(telegram);
  const system = await startSystem(t, { dataDir: dataFolder(t), env });
  const { calls } = telegram.api;
  await telegram.until(() => calls.some(({ method }) => method === 'getUpdates'), 'a poll');

  // A message that Telegram takes would mend it as well.
  const { code, stdout } = await orchestrator(['health'], { env: system.env });
  t.is(failures, 0);
  t.is(code, 0, stdout);
  t.notRegex(stdout, /telegram/);
});
