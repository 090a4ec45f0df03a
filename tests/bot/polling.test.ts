import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { UpdatePoller, type UpdatePollerOptions } from '../../bot/polling/update-poller.ts';
import { WebhookServer } from '../../bot/polling/webhook-server.ts';
import { telegramClient } from '../../bot/telegram/telegram-client.ts';
import { Health } from '../../platform/service/health.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { ownPort } from '../support/own-port.ts';
import { startTelegram, TOKEN } from '../support/telegram/telegram-server.ts';

const USER = 1001;

async function fixture(t: ExecutionContext, own: Partial<UpdatePollerOptions> = {}) {
  const telegram = await startTelegram(t);
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const { bot, renew } = telegramClient(TOKEN, { TELEGRAM_API_ROOT: telegram.root });
  const health = new Health();
  const handled: number[] = [];
  const handle = async (update: Update) => {
    handled.push(update.update_id);
    return 'done' as const;
  };
  const common = { api: bot.api, handle, renew, logger, health };
  const poller = new UpdatePoller({ ...common, pollSeconds: 1, graceMs: 500, ...own });
  const end = new AbortController();
  const start = () => {
    const running = poller.run(end.signal);
    t.teardown(async () => {
      end.abort();
      await running;
    });
    return running;
  };
  const check = () => health.checks().find(({ name }) => name === 'telegram poller');
  const until = async (holds: () => boolean, what: string) => {
    for (const begin = performance.now(); !holds(); await delay(20)) {
      if (performance.now() - begin > 30_000) throw new Error(`never: ${what}`);
    }
  };
  return { telegram, lines, handled, start, end, check, until, common };
}

test('the offset moves when updates are handled, and not before', async (t) => {
  const gate = Promise.withResolvers<void>();
  const seen: number[] = [];
  const handle = async ({ update_id }: Update) => {
    seen.push(update_id);
    await gate.promise;
    return 'done' as const;
  };
  const { telegram, start } = await fixture(t, { handle });
  const { api } = telegram;
  api.say(USER, 'one');
  api.say(USER, 'two');
  void start();
  await telegram.until(() => api.calls.some(({ method }) => method === 'getUpdates'), 'a poll');
  await delay(1_500);
  t.is(api.pending, 2, 'nothing is confirmed');
  t.is(seen.length, 1, 'a chat’s updates come one after the other');
  gate.resolve();
  await telegram.until(() => api.pending === 0, 'both to be confirmed');
  t.is(seen.length, 2);
});

test('A7: a slow chat holds up no other: what is newer is heard, and what is done is not done again', async (t) => {
  const gate = Promise.withResolvers<void>();
  const done: number[] = [];
  const handle = async ({ update_id, message }: Update) => {
    if (message?.chat.id === USER) await gate.promise;
    done.push(update_id);
    return 'done' as const;
  };
  const { telegram, start, until } = await fixture(t, { handle });
  const { api } = telegram;
  const slow = api.say(USER, 'a file that Telegram does not hand over');
  void start();
  await until(() => api.calls.some(({ method }) => method === 'getUpdates'), 'a poll');
  const quick = api.say(USER + 1, 'one');
  await until(() => done.includes(quick.update_id), 'the other chat is heard');
  const quicker = api.say(USER + 1, 'two');
  await until(() => done.includes(quicker.update_id), 'and again');

  t.is(api.pending, 3, 'nothing above what is undone is forgotten');
  gate.resolve();
  await telegram.until(() => api.pending === 0, 'all to be confirmed');
  t.deepEqual(done, [quick.update_id, quicker.update_id, slow.update_id]);
});

test('A7: a hundred updates behind a slow one are said in its health, and asked for once a second', async (t) => {
  const gate = Promise.withResolvers<void>();
  const handle = async ({ message }: Update) => {
    if (message?.chat.id === USER) await gate.promise;
    return 'done' as const;
  };
  const { telegram, start, check, until } = await fixture(t, { handle });
  const { api } = telegram;
  for (let user = USER; user < USER + 120; user += 1) api.say(user, 'hello');
  const began = performance.now();
  void start();
  await until(() => check()?.ok === false, 'its health is red');

  t.regex(check()?.detail ?? '', /\d+ updates wait to be stored/);
  const polls = api.calls.filter(({ method }) => method === 'getUpdates').length;
  t.true(polls <= 2 + (performance.now() - began) / 1_000, `${polls} polls`);
  gate.resolve();
  await telegram.until(() => api.pending === 0, 'all to be confirmed');
  await until(() => check()?.ok === true, 'its health is green again');
});

test('what cannot be stored is tried until it can, and its chat waits in order', async (t) => {
  let failures = 3;
  const done: number[] = [];
  const handle = async (update: Update) => {
    if (update.message?.chat.id === USER && failures > 0) {
      failures -= 1;
      return 'again' as const;
    }
    done.push(update.update_id);
    return 'done' as const;
  };
  const { telegram, start } = await fixture(t, { handle });
  const { api } = telegram;
  const ids = [api.say(USER, 'a'), api.say(USER, 'b'), api.say(USER + 1, 'c')].map(
    ({ update_id }) => update_id,
  );
  void start();
  await telegram.until(() => api.pending === 0, 'all to be confirmed');

  t.is(failures, 0);
  t.deepEqual(done, [ids[2], ids[0], ids[1]], 'the other chat was not held up');
});

test('what is not handled when it ends waits for the next start', async (t) => {
  const tried = Promise.withResolvers<void>();
  const handle = async () => {
    tried.resolve();
    return 'again' as const;
  };
  const { telegram, start, end } = await fixture(t, { handle });
  const { api } = telegram;
  api.say(USER, 'one');
  const running = start();
  await tried.promise;
  end.abort();
  await running;

  t.is(api.pending, 1);
});

test('a poller that hears nothing is noticed, and polls anew', async (t) => {
  const { telegram, start, handled, check, until } = await fixture(t);
  const { api } = telegram;
  void start();
  await until(() => check()?.ok === true, 'it hears');
  let isDeaf = true;
  telegram.fault = ({ method }) =>
    isDeaf && method === 'getUpdates' ? { kind: 'slow', ms: 60_000 } : undefined;
  await until(() => check()?.ok === false, 'its health is red');
  api.say(USER, 'one');
  t.regex(check()?.detail ?? '', /nothing heard for \d+ s; polling anew/);
  isDeaf = false;
  await until(() => handled.length === 1, 'it hears again');
  t.true(check()?.ok);
});

test('empty polls while Telegram has updates are noticed too', async (t) => {
  const { telegram, start, check, until, lines } = await fixture(t, { quietMs: 1_200 });
  const { api } = telegram;
  api.push({ poll_answer: { poll_id: '1', option_ids: [], user: { id: 1 } } as never });
  void start();
  await until(() => lines.some((line) => line.includes('updates wait')), 'it is noticed');
  t.truthy(check());
});

test('two pollers are one clear line and a pause, not a storm', async (t) => {
  const pauses: number[] = [];
  const gate = Promise.withResolvers<void>();
  const pause = async (ms: number, signal: AbortSignal) => {
    pauses.push(ms);
    // The first ends when the test lets it, the second with the poller.
    await (pauses.length === 1 ? gate.promise : once(signal, 'abort'));
  };
  const { telegram, start, check, until, lines } = await fixture(t, { pause });
  const polls = () => telegram.api.calls.filter(({ method }) => method === 'getUpdates').length;
  const description = 'Conflict: terminated by other getUpdates request';
  telegram.fault = ({ method }) =>
    method === 'getUpdates' ? { kind: 'answer', code: 409, description } : undefined;
  void start();
  await until(() => pauses.length === 1, 'it waits');

  t.false(check()?.ok, 'its health is red');
  t.regex(check()?.detail ?? '', /Another program polls with the same bot token/);
  t.is(polls(), 1);
  gate.resolve();
  await until(() => pauses.length === 2, 'it waits after the next poll too');
  t.is(polls(), 2);
  t.true(
    pauses.every((ms) => ms >= 5_000),
    pauses.join(),
  );
  t.is(lines.filter((line) => line.includes('Another program polls')).length, 1);
});

test('a wrong token and a server that is not there are told, without the token', async (t) => {
  const { telegram, start, check, until, lines } = await fixture(t);
  telegram.fault = ({ method }) =>
    method === 'getUpdates'
      ? { kind: 'answer', code: 401, description: 'Unauthorized' }
      : undefined;
  void start();
  await until(() => check()?.ok === false, 'its health is red');
  t.regex(check()?.detail ?? '', /does not know the bot token.*TELEGRAM_BOT_TOKEN/);
  t.false(lines.join('').includes(TOKEN));
});

test('with a webhook, what shows the secret is stored before it is answered, and nothing else is read', async (t) => {
  const { telegram, common, handled } = await fixture(t);
  const port = ownPort(t);
  const url = `http://127.0.0.1:${port}/hook`;
  let result: 'done' | 'again' = 'again';
  const handle = async (update: Update) => {
    if (result === 'done') handled.push(update.update_id);
    return result;
  };
  const server = new WebhookServer({ ...common, handle, url, host: '127.0.0.1', port });
  await server.start();
  t.teardown(() => server.stop());
  const { api } = telegram;
  await telegram.until(() => api.webhook?.url === url, 'the webhook to be set');
  const update = { update_id: 7, message: api.message(USER, { text: 'hi' }) } as Update;

  t.is(await api.bring(update, 'guess'), 403);
  t.is(await api.bring(update), 503, 'not stored: Telegram will bring it again');
  result = 'done';
  t.is(await api.bring(update), 200);
  t.deepEqual(handled, [7]);
  const headers = { 'x-telegram-bot-api-secret-token': api.webhook?.secret ?? '' };
  const post = (body: string) => fetch(url, { method: 'POST', headers, body });
  t.is((await post('no json')).status, 400);
  t.is((await post('{"update_id":"x"}')).status, 400);
  t.is((await post('x'.repeat(1024 * 1024 + 1))).status, 413);
  const second = new WebhookServer({ ...common, handle, url, host: '127.0.0.1', port });
  const error = await t.throwsAsync(second.start(), { instanceOf: OrchestratorError });
  t.is(error?.code, 'ORC_PORT_IN_USE');
});

test('A12: a webhook that Telegram does not take at first is set when it does, and the health recovers', async (t) => {
  const { telegram, common, lines, until } = await fixture(t);
  const port = ownPort(t);
  const url = `http://127.0.0.1:${port}/hook`;
  let failures = 2;
  telegram.fault = ({ method }) => {
    if (method !== 'setWebhook' || failures === 0) return undefined;
    failures -= 1;
    return { kind: 'answer', code: 500, description: 'Internal Server Error' };
  };
  const server = new WebhookServer({ ...common, url, host: '127.0.0.1', port });
  await server.start();
  t.teardown(() => server.stop());
  const check = () => common.health.checks().find(({ name }) => name === 'telegram webhook');
  await until(() => check()?.ok === false, 'its health is red');
  await until(() => check()?.ok === true, 'its health is green');

  t.is(telegram.api.webhook?.url, url);
  t.is(lines.filter((line) => line.includes('Telegram fails')).length, 1, 'said once');
});
