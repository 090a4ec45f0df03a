import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Deliveries } from '../../../bot/delivery/deliveries.ts';
import { requestDelivery, settledThrough } from '../../../bot/delivery/ledger.ts';
import { messageParts } from '../../../bot/delivery/message-part.ts';
import { Outbox } from '../../../bot/delivery/outbox.ts';
import { Owners } from '../../../bot/delivery/owners.ts';
import { Pace } from '../../../bot/delivery/pace.ts';
import { ResponseListener } from '../../../bot/delivery/response-listener.ts';
import { sendPart } from '../../../bot/telegram/send-part.ts';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { Health } from '../../../platform/service/health.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { startTestNats } from '../../support/nats.ts';
import { type Fault, startTelegram, TOKEN } from '../../support/telegram/telegram-server.ts';

const quiet = pino({ level: 'silent' });
const FAST = { burst: 100, everyMs: 1 };

async function fixture(t: ExecutionContext) {
  const telegram = await startTelegram(t);
  const nats = await startTestNats(t);
  const { log } = nats;
  const { bot } = telegramClient(TOKEN, { TELEGRAM_API_ROOT: telegram.root });
  const health = new Health();
  const begin = () => {
    const outbox = new Outbox({
      log,
      logger: quiet,
      health,
      pace: new Pace({ privateChat: FAST, group: FAST, bot: FAST }),
      content: async ({ text = '' }) => ({ parts: messageParts({ text }) }),
      send: (chatId, part, { perhaps, plain }) =>
        sendPart(bot.api, chatId, part, { mark: perhaps ? 'MARK' : undefined, isPlain: plain }),
    });
    const views = { request: () => Promise.reject(new Error('no view is asked')) };
    const status = { working() {}, progress() {}, done() {} };
    const owners = new Owners(views);
    const isOwnCommand = () => true;
    const listener = new ResponseListener({ log, owners, status, logger: quiet, isOwnCommand });
    const end = new AbortController();
    const running = new Deliveries({ log, listener, outbox, noteEveryMs: 100 }).run(end.signal);
    const stop = async () => {
      end.abort();
      await running;
    };
    t.teardown(stop);
    return { outbox, stop };
  };
  const say = (id: string, chatId: number, text: string) =>
    requestDelivery(log, id, { chatId: String(chatId), text });
  /** A fault for the first calls of sendMessage, one each. */
  const faults = (...list: (Fault | undefined)[]) => {
    telegram.fault = ({ method }) => (method === 'sendMessage' ? list.shift() : undefined);
  };
  const ledger = async (id: string) =>
    (await history(log, `deliveries.telegram.${id}.>`)).map(({ type }) => type.slice(9));
  return { telegram, api: telegram.api, log, health, begin, say, faults, ledger };
}

test('a delivery is requested, attempted and confirmed, once, however often it is requested', async (t) => {
  const { api, begin, say, ledger, telegram } = await fixture(t);
  begin();
  await say('r1', 1, 'hello');
  await say('r1', 1, 'hello');
  await say('r2', 1, 'world');
  await telegram.until(() => api.chat(1).length === 2, 'both');

  t.deepEqual(api.texts(1), ['hello', 'world']);
  t.deepEqual((await ledger('r1')).slice(0, 3), ['requested', 'attempted', 'confirmed']);
});

test('429 waits as told, 5xx is tried again, and neither is marked', async (t) => {
  const { api, begin, say, faults, telegram } = await fixture(t);
  faults(
    { kind: 'answer', code: 429, description: 'Too Many Requests', retryAfter: 2 },
    { kind: 'answer', code: 500, description: 'Internal Server Error' },
  );
  begin();
  await say('r1', 1, 'hello');
  await say('r2', 2, 'other');
  await telegram.until(() => api.chat(2).length + api.chat(1).length === 2, 'both');

  const attempts = api.calls.filter(({ payload }) => payload.chat_id === '1');
  t.true((attempts[1]?.at ?? 0) - (attempts[0]?.at ?? 0) >= 1_900, 'as long as it was told');
  t.deepEqual(api.texts(1), ['hello']);
});

test('a cut call is ambiguous: sent again, marked, and what comes after it waits', async (t) => {
  const { api, begin, say, faults, ledger, telegram } = await fixture(t);
  faults({ kind: 'cut', done: true }, { kind: 'html', status: 502, done: false });
  begin();
  await say('r1', 1, 'hello');
  await say('r2', 1, 'after');
  await telegram.until(() => api.texts(1).includes('after'), 'all');

  t.deepEqual(api.texts(1), ['hello', 'MARK\nhello', 'after']);
  t.deepEqual((await ledger('r1')).filter((name) => name === 'ambiguous').length, 2);
});

test('a message to one who has blocked the bot is given up, seen by the operator, and stops nobody', async (t) => {
  const { api, begin, say, health, log, telegram } = await fixture(t);
  api.blockedBy.add('1');
  begin();
  await say('r1', 1, 'hello');
  await say('r2', 2, 'hello');
  await untilEvent(log, ({ subject }) => subject === 'deliveries.telegram.r1.failed');
  await telegram.until(() => api.chat(2).length === 1, 'the other');

  const failed = ofType(await history(log), 'delivery.failed');
  t.like(failed[0]?.data, { again: false, code: 403 });
  const check = health.checks().find(({ name }) => name === 'telegram deliveries');
  t.true(check?.ok, 'which the operator cannot cure');
  t.regex(check?.detail ?? '', /1 given up/);
});

test('when Telegram rejects the formatting the plain text is sent', async (t) => {
  const { api, begin, say, faults, telegram } = await fixture(t);
  faults({ kind: 'answer', code: 400, description: "Bad Request: can't parse entities" });
  begin();
  await say('r1', 1, '**hello**');
  await telegram.until(() => api.chat(1).length === 1, 'the text');

  t.deepEqual(api.chat(1)[0]?.entities, []);
  t.is(api.chat(1)[0]?.text, 'hello');
});

test('a message that is refused as plain text too is given up', async (t) => {
  const { begin, say, faults, log, health, telegram, api } = await fixture(t);
  const refusal: Fault = { kind: 'answer', code: 400, description: 'Bad Request: nonsense' };
  faults(refusal, refusal);
  begin();
  await say('r1', 1, 'hello');
  const last = await untilEvent(
    log,
    (event) => event.type === 'delivery.failed' && !event.data.again,
  );

  t.like(last.data, { code: 400, plain: true });
  const check = () => health.checks().find(({ name }) => name === 'telegram deliveries');
  await say('r2', 2, 'goes on');
  await telegram.until(() => api.chat(2).length === 1, 'the other');
  t.regex(check()?.detail ?? '', /1 given up/);
});

test('a long text is several messages, and goes on with the part where it was', async (t) => {
  const { api, begin, say, log, telegram } = await fixture(t);
  const first = begin();
  telegram.fault = ({ payload }) =>
    String(payload.text).startsWith('second')
      ? { kind: 'answer', code: 500, description: 'x' }
      : undefined;
  await say('r1', 1, `${'first '.repeat(600)}\n\n${'second '.repeat(500)}`);
  await untilEvent(log, ({ type }) => type === 'delivery.failed');
  await first.stop();
  telegram.fault = () => undefined;
  begin();
  await telegram.until(() => api.chat(1).length === 2, 'the second part');

  t.true(api.texts(1)[0]?.startsWith('first'));
  t.true(api.texts(1)[1]?.startsWith('second'));
});

test('what was attempted by one that is gone is ambiguous; what is settled is not read again', async (t) => {
  const { api, begin, say, log, ledger, telegram } = await fixture(t);
  await say('r1', 1, 'hello');
  await log.append({
    id: 'attempt',
    type: 'delivery.attempted',
    source: 'test',
    time: new Date().toISOString(),
    subject: 'deliveries.telegram.r1.attempted',
    data: { part: 0, parts: 1, attempt: 1 },
  });
  const first = begin();
  await telegram.until(() => api.chat(1).length === 1, 'the text');
  await first.stop();

  t.deepEqual(api.texts(1), ['MARK\nhello']);
  t.deepEqual(await ledger('r1'), [
    'requested',
    'attempted',
    'ambiguous',
    'attempted',
    'confirmed',
  ]);
  t.true((await settledThrough(log)) >= 1);
  const second = begin();
  await say('r2', 1, 'next');
  await telegram.until(() => api.chat(1).length === 2, 'the next');
  await second.stop();
  t.deepEqual(api.texts(1), ['MARK\nhello', 'next']);
});

test('two bots on one log bring each message once', async (t) => {
  const { api, begin, say, telegram } = await fixture(t);
  begin();
  begin();
  for (let index = 1; index <= 20; index += 1) await say(`r${index}`, 1, `text ${index}`);
  await telegram.until(() => new Set(api.texts(1)).size >= 20, 'all');

  const unmarked = api.texts(1).filter((text) => !text.startsWith('MARK'));
  t.is(new Set(unmarked).size, unmarked.length, 'no repeat without a mark');
});
