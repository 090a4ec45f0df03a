import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { AgentPlaces } from '../../../bot/delivery/agent-places.ts';
import { Deliveries } from '../../../bot/delivery/deliveries.ts';
import { DeliveryHealth } from '../../../bot/delivery/delivery-health.ts';
import { deliveryPlace, requestDelivery, settledThrough } from '../../../bot/delivery/ledger.ts';
import { messageParts, type PartsOptions } from '../../../bot/delivery/message-part.ts';
import { OpenDeliveries } from '../../../bot/delivery/open-deliveries.ts';
import { Outbox } from '../../../bot/delivery/outbox.ts';
import { Pace } from '../../../bot/delivery/pace.ts';
import { ResponseListener } from '../../../bot/delivery/response-listener.ts';
import { sendPart } from '../../../bot/telegram/send-part.ts';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { decideAttempt } from '../../../core/domain/delivery/decide-delivery.ts';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { sendAgain } from '../../../core/operator/settle-delivery.ts';
import { Health } from '../../../platform/service/health.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { startTestNats } from '../../support/nats.ts';
import { type Fault, startTelegram, TOKEN } from '../../support/telegram/telegram-server.ts';

const quiet = pino({ level: 'silent' });
const FAST = { burst: 100, everyMs: 1 };

interface Shown {
  text?: string | undefined;
}

/** What is shown of a request, where nothing else is said. */
const asText = ({ text = '' }: Shown, options: PartsOptions) => messageParts({ text }, options);

async function fixture(t: ExecutionContext, parts: typeof asText = asText) {
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
      content: async (request, options) => ({ parts: parts(request, options) }),
      send: (chatId, part, { perhaps, ...state }) =>
        sendPart(bot.api, chatId, part, { mark: perhaps ? 'MARK' : undefined, ...state }),
      apology: (_, reason) => `NOT SHOWN: ${reason}`,
    });
    const status = { working() {}, progress() {}, done() {} };
    const isOwnCommand = () => true;
    const places = new AgentPlaces(log, (chatId) => chatId);
    const joinedNotice = (_: string, messages: number) => `${messages} JOINED`;
    const listener = new ResponseListener({
      log,
      status,
      marks: { mark() {} },
      logger: quiet,
      health,
      places,
      joinedNotice,
      isOwnCommand,
      jobChanged: () => undefined,
    });
    const end = new AbortController();
    const jobs = { shownThrough: Number.POSITIVE_INFINITY };
    const deliveries = new Deliveries({ log, listener, outbox, health, jobs, noteEveryMs: 100 });
    const running = deliveries.run(end.signal);
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

test('an attempt that is heard before it is acknowledged counts once', async (t) => {
  const { log } = await startTestNats(t);
  const signal = AbortSignal.timeout(30_000);
  const open = new OpenDeliveries(log, new DeliveryHealth(new Health(), quiet), signal);
  const hear = async () => {
    const filter = 'deliveries.telegram.r1.>';
    const messages: StoredMessage[] = [];
    const all = log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter });
    for await (const message of all) messages.push(message);
    return open.fold(messages);
  };
  await requestDelivery(log, 'r1', { chatId: '1', text: 'hello' });
  const [delivery] = await hear();
  if (delivery?.state.phase !== 'waiting') return t.fail('nothing is to be sent');
  const append = log.append.bind(log);
  log.append = async (...asked) => {
    const result = await append(...asked);
    await hear();
    return result;
  };
  t.true(await open.append(delivery, [decideAttempt(delivery.state, 1, deliveryPlace('r1'))]));
  t.like(delivery.state, { phase: 'attempting', attempts: 1 });
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

test('what was given up is sent again by another delivery when an operator asks for it', async (t) => {
  const { api, begin, say, log, ledger, telegram } = await fixture(t);
  api.blockedBy.add('1');
  begin();
  await say('r1', 1, 'hello');
  await untilEvent(log, ({ subject }) => subject === 'deliveries.telegram.r1.failed');
  api.blockedBy.delete('1');
  const { deliveryId } = await sendAgain(log, { channel: 'telegram', deliveryId: 'r1' });
  await sendAgain(log, { channel: 'telegram', deliveryId: 'r1' });
  await telegram.until(() => api.chat(1).length === 1, 'the message');
  await untilEvent(log, ({ subject }) => subject === `deliveries.telegram.${deliveryId}.confirmed`);

  t.deepEqual(api.texts(1), ['hello']);
  t.deepEqual(await ledger(deliveryId), ['requested', 'attempted', 'confirmed']);
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

  t.like(last.data, { code: 400, again: false });
  const check = () => health.checks().find(({ name }) => name === 'telegram deliveries');
  await say('r2', 2, 'goes on');
  await telegram.until(() => api.chat(2).length === 1, 'the other');
  t.regex(check()?.detail ?? '', /1 given up/);
  await telegram.until(() => api.chat(1).length === 1, 'the apology');
  t.deepEqual(api.texts(1), ['NOT SHOWN: Bad Request: nonsense'], 'and the chat is told');
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

test('A5: what cannot be formatted is brought as plain text, and its chat goes on', async (t) => {
  const broken = (request: Shown, options: PartsOptions) => {
    if (request.text === '**odd**' && !options.isRaw) throw new TypeError('no such format');
    return asText(request, options);
  };
  const { api, begin, say, telegram } = await fixture(t, broken);
  begin();
  await say('r1', 1, '**odd**');
  await say('r2', 1, '**even**');
  await telegram.until(() => api.chat(1).length === 2, 'both');

  t.deepEqual(api.texts(1), ['**odd**', 'even']);
});

test('A5: what cannot be shown at all is given up, its chat is told and goes on, and the health says it', async (t) => {
  const broken = (request: Shown, options: PartsOptions) => {
    if (request.text === 'odd') throw new TypeError('nothing can be read');
    return asText(request, options);
  };
  const { api, begin, say, health, ledger, telegram } = await fixture(t, broken);
  begin();
  await say('r1', 1, 'odd');
  await telegram.until(() => api.chat(1).length === 1, 'the apology');
  t.deepEqual(await ledger('r1'), ['requested', 'failed']);
  const check = health.checks().find(({ name }) => name === 'telegram deliveries');
  t.regex(check?.detail ?? '', /1 given up/);
  await say('r2', 1, 'even');
  await telegram.until(() => api.chat(1).length === 2, 'the next');

  t.deepEqual(api.texts(1), ['NOT SHOWN: nothing can be read', 'even']);
});

test('E9: a question that Telegram refuses for a button is shown with its choices as text', async (t) => {
  const question = ({ text = '' }: Shown, options: PartsOptions) => {
    const buttons = [{ text: 'Yes', data: 'x'.repeat(65) }];
    return messageParts({ text, buttons, choices: ['Yes, all of it'] }, options);
  };
  const { api, begin, say, telegram } = await fixture(t, question);
  begin();
  await say('r1', 1, '**Shall I?**');
  await telegram.until(() => api.chat(1).length === 1, 'the question');

  t.deepEqual(api.texts(1), ['Shall I?\n• Yes, all of it']);
  t.is(api.chat(1)[0]?.entities.length, 1, 'only what was refused is left out');
});

test('what is too long for messages, and not taken as a document, is messages all the same', async (t) => {
  const { api, begin, say, telegram } = await fixture(t);
  telegram.fault = ({ method }) =>
    method === 'sendDocument'
      ? { kind: 'answer', code: 413, description: 'Request Entity Too Large' }
      : undefined;
  begin();
  const text = Array.from({ length: 6 }, (_, n) => `${n} ${'word '.repeat(700)}`).join('\n\n');
  await say('r1', 1, text);
  await telegram.until(() => api.chat(1).length === 6, 'all of it');

  t.deepEqual(
    api.texts(1).map(([first]) => first),
    ['0', '1', '2', '3', '4', '5'],
  );
});

test('where a link is not taken its address is there as text', async (t) => {
  const { api, begin, say, faults, telegram } = await fixture(t);
  faults({ kind: 'answer', code: 400, description: 'Bad Request: ENTITY_URL_INVALID' });
  begin();
  await say('r1', 1, 'see [it](https://odd.example/x)');
  await telegram.until(() => api.chat(1).length === 1, 'the text');

  t.deepEqual(api.texts(1), ['see it (https://odd.example/x)']);
});

test('E1: what is for a topic goes there, and to the chat where the topic is gone', async (t) => {
  const { api, begin, log, faults, telegram } = await fixture(t);
  begin();
  await requestDelivery(log, 'r1', { chatId: '-1', thread: '7', text: 'one' });
  await telegram.until(() => api.chat(-1).length === 1, 'the first');
  faults({ kind: 'answer', code: 400, description: 'Bad Request: message thread not found' });
  await requestDelivery(log, 'r2', { chatId: '-1', thread: '7', text: 'two' });
  await telegram.until(() => api.chat(-1).length === 2, 'the second');

  const sent = api.calls.filter(({ method }) => method === 'sendMessage');
  t.deepEqual(
    sent.map(({ payload }) => payload.message_thread_id),
    [7, 7, undefined],
  );
});

test('a group that has become a supergroup gets its messages there', async (t) => {
  const { api, begin, say, telegram } = await fixture(t);
  const description = 'Bad Request: group chat was upgraded to a supergroup chat';
  telegram.fault = ({ payload }) =>
    payload.chat_id === '-5'
      ? { kind: 'answer', code: 400, description, parameters: { migrate_to_chat_id: -100_5 } }
      : undefined;
  begin();
  await say('r1', -5, 'hello');
  await telegram.until(() => api.chat(-1005).length === 1, 'the text');

  t.deepEqual(api.texts(-1005), ['hello']);
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
