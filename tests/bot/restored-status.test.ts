import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { english } from '../../bot/words/english.ts';
import { untilEvent } from '../support/history.ts';
import { dataFolder, startSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';

test('C10: after a crash the chat sees that its agent goes on, until the answer comes', async (t) => {
  const telegram = await startTelegram(t);
  const { api } = telegram;
  const dataDir = dataFolder(t);
  const go = join(dataDir, 'go');
  const env = botEnvironment(telegram, {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: `read -r m; until [ -e ${go} ]; do sleep 0.1; done; orchestrator answer done; cat`,
  });
  const first = await startSystem(t, { dataDir, env });
  api.say(ANN, 'a long piece of work');
  await untilEvent(await first.log(), ({ type }) => type === 'process.delivered');
  await first.kill();
  await startSystem(t, { dataDir, env });
  await telegram.until(() => api.texts(ANN).length === 1, 'the status line');

  t.deepEqual(api.texts(ANN), [`⏳ ${english.goesOn}`]);
  await writeFile(go, '');
  await telegram.until(() => api.texts(ANN).includes('done'), 'the answer');
  await telegram.until(() => api.chat(ANN).length === 1, 'the status line to go');
  t.deepEqual(api.texts(ANN), ['done']);
});
