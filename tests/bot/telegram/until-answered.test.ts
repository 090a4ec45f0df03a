import test from 'ava';
import { pino } from 'pino';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { untilAnswered } from '../../../bot/telegram/until-answered.ts';
import { Health } from '../../../platform/service/health.ts';
import { startTelegram, TOKEN } from '../../support/telegram/telegram-server.ts';

async function fixture(t: Parameters<typeof startTelegram>[0], token = TOKEN) {
  const telegram = await startTelegram(t);
  const { bot } = telegramClient(token, { TELEGRAM_API_ROOT: telegram.root });
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const health = new Health();
  const end = new AbortController();
  t.teardown(() => end.abort());
  const reports: boolean[] = [];
  const report = health.report.bind(health);
  health.report = (name, ok, detail) => {
    reports.push(ok);
    report(name, ok, detail);
  };
  const options = { health, logger, part: 'telegram', signal: end.signal };
  return { telegram, api: bot.api, lines, reports, health, end, options };
}

test('A12: a call is made until Telegram has done it; each reason is said once', async (t) => {
  const { telegram, api, lines, reports, options } = await fixture(t);
  let failures = 2;
  telegram.fault = () => {
    failures -= 1;
    return failures >= 0 ? { kind: 'answer', code: 502, description: 'Bad Gateway' } : undefined;
  };
  const me = await untilAnswered(() => api.getMe(), options);

  t.is(me?.username, 'orchestrator_test_bot');
  t.deepEqual(reports, [false, false]);
  t.is(lines.length, 1);
});

test('D8: a token that Telegram does not know is said with its cure, and never shown', async (t) => {
  const { api, lines, health, end, options } = await fixture(t, '1:wrong');
  const asking = untilAnswered(
    () => api.getMe().finally(() => setImmediate(() => end.abort())),
    options,
  );

  t.is(await asking, undefined);
  const [check] = health.checks();
  t.is(
    check?.detail,
    'Telegram does not know the bot token (401: Unauthorized); correct TELEGRAM_BOT_TOKEN',
  );
  t.false(lines.join('').includes('1:wrong'));
});
