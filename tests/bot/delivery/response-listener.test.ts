import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { AgentPlaces } from '../../../bot/delivery/agent-places.ts';
import { Deliveries } from '../../../bot/delivery/deliveries.ts';
import { DeliveryContent } from '../../../bot/delivery/delivery-content.ts';
import { noticeIdOf } from '../../../bot/delivery/delivery-ids.ts';
import { requestDelivery } from '../../../bot/delivery/ledger.ts';
import { Outbox } from '../../../bot/delivery/outbox.ts';
import { Pace } from '../../../bot/delivery/pace.ts';
import { ResponseListener } from '../../../bot/delivery/response-listener.ts';
import { Directory } from '../../../bot/people/directory.ts';
import { JobMessages } from '../../../bot/status/job-messages.ts';
import { MessageMarks } from '../../../bot/status/message-marks.ts';
import { sendPart } from '../../../bot/telegram/send-part.ts';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { english } from '../../../bot/words/english.ts';
import { requestJob } from '../../../core/domain/job/request-job.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { Health } from '../../../platform/service/health.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { answer, said } from '../../core/log/events.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { command, createAgent } from '../../support/commands.ts';
import { untilEvent } from '../../support/history.ts';
import { CALLER, WISH } from '../../support/job-events.ts';
import { startTestNats } from '../../support/nats.ts';
import { startTelegram, TOKEN } from '../../support/telegram/telegram-server.ts';

const quiet = pino({ level: 'silent' });
const FAST = { burst: 100, everyMs: 1 };

/** A bot that listens and delivers, between a real log and Telegram; and agents of two chats. */
async function fixture(t: ExecutionContext) {
  const telegram = await startTelegram(t);
  const { log } = await startTestNats(t);
  const { bot } = telegramClient(TOKEN, { TELEGRAM_API_ROOT: telegram.root });
  const agentOf = async (chatId: number) => {
    const agentId = newAgentId();
    const owner = { channel: 'telegram', userId: String(chatId) };
    await createAgent(log, agentId, 'cat', { owner });
    return agentId;
  };
  const agents = [await agentOf(1), await agentOf(2)] as const;
  const health = new Health();
  /** @param own the log as the listener sees it */
  const begin = async (own: EventLog = log, editEveryMs = 50) => {
    const end = new AbortController();
    const directory = new Directory(log);
    await directory.start(end.signal);
    const content = new DeliveryContent(log, directory);
    const pace = new Pace({ privateChat: FAST, group: FAST, bot: FAST });
    const presentId = (chatId: string) => chatId;
    const shown = { presentId, wordsOf: () => english, editEveryMs };
    const jobs = new JobMessages({ api: bot.api, log, pace, logger: quiet, ...shown });
    const outbox = new Outbox({
      log,
      logger: quiet,
      health,
      pace,
      content: (request, options) => content.of(request, options),
      send: (chatId, part, { perhaps, ...state }) =>
        sendPart(bot.api, chatId, part, { mark: perhaps ? 'MARK' : undefined, ...state }),
      apology: (_, reason) => reason,
    });
    const status = { working() {}, progress() {}, done() {} };
    const marks = new MessageMarks({ api: bot.api, logger: quiet });
    const isOwnCommand = () => true;
    const places = new AgentPlaces(log, presentId);
    const joinedNotice = (_: string, messages: number) => `${messages} JOINED`;
    const heard = {
      log: own,
      status,
      marks,
      logger: quiet,
      health,
      places,
      joinedNotice,
      isOwnCommand,
      jobChanged: (jobId: string, sequence: number) => jobs.changed(jobId, sequence),
    };
    const listener = new ResponseListener(heard);
    const deliveries = new Deliveries({ log, listener, outbox, health, jobs, noteEveryMs: 50 });
    const running = deliveries.run(end.signal);
    const stop = async () => {
      end.abort();
      await running;
      await Promise.all([jobs.stop(), marks.stop()]);
    };
    t.teardown(stop);
    return { stop };
  };
  const exit = (agentId: string) =>
    log.append({
      id: `process.exited:${agentId}`,
      type: 'process.exited',
      source: 'orchestrator/test',
      time: new Date().toISOString(),
      subject: `agents.${agentId}.process.exited`,
      data: { runId: 'run-1', code: 0, signal: null },
    });
  return { telegram, api: telegram.api, log, agents, begin, exit, health };
}

test('E13: what an agent says after its end reaches nobody, also where the bot begins behind the end', async (t) => {
  const { telegram, api, log, agents, begin, exit } = await fixture(t);
  const [ann, ben] = agents;
  await appendInOrder(log, [said('1', 'in time', ann)]);
  await exit(ann);
  const first = await begin();
  await appendInOrder(log, [said('2', 'late', ann)]);
  await appendInOrder(log, [said('3', 'of the other', ben)]);
  await telegram.until(() => api.texts(2).length === 1, 'the other');
  await untilEvent(log, ({ type }) => type === 'delivery.settled');
  await first.stop();
  await appendInOrder(log, [said('4', 'later still', ann)]);
  await begin();
  await appendInOrder(log, [said('5', 'the end', ben)]);
  await telegram.until(() => api.texts(2).length === 2, 'the end');

  t.deepEqual(api.texts(1), ['in time']);
  t.deepEqual(api.texts(2), ['of the other', 'the end']);
});

test('an answer that has the id of another chat’s notice does not stand in its way', async (t) => {
  const { telegram, api, log, agents, begin } = await fixture(t);
  const [ann, ben] = agents;
  await begin();
  const notice = noticeIdOf('tg-4242-17', 'too-fast');
  await appendInOrder(log, [answer(notice, 'swallowed', ann)]);
  await appendInOrder(log, [answer(`deliveries.telegram.${notice}`, 'swallowed', ann)]);
  await appendInOrder(log, [answer(`${ben}_1`, 'swallowed', ann)]);
  await appendInOrder(log, [said('1', 'sound', ann)]);
  await telegram.until(() => api.texts(1).length > 0, 'what is sound');
  await requestDelivery(log, notice, { chatId: '2', text: 'not so fast' });
  await appendInOrder(log, [said('2', 'sound as well', ben)]);
  await telegram.until(() => api.texts(2).includes('sound as well'), 'what comes after it');

  t.deepEqual(api.texts(1), ['sound']);
  t.deepEqual(api.texts(2), ['not so fast', 'sound as well']);
});

test('a message shows the end of its job, also where the bot ended before it could', async (t) => {
  const { telegram, api, log, agents, begin } = await fixture(t);
  const [ann] = agents;
  const owner = { channel: 'telegram', userId: '1' };
  const asked = requestJob(
    WISH,
    { ...CALLER, agentId: ann, owner },
    { timeouts: {} },
    [],
    undefined,
    new Date(),
  );
  if (!asked.ok) return t.fail();
  const { id: jobId } = asked.value;
  const meta = (name: string) => ({ id: `${jobId}-${name}`, source: 'test', now: new Date() });
  // Its message is edited once at most before this bot ends.
  const first = await begin(log, 3_600_000);
  await log.append(asked.events);
  const run = { runId: 'run-1', executor: 'command', node: 'a', place: 'a', holder: 'a', epoch: 1 };
  await log.append(newEvent('job.accepted', { jobId }, run, meta('accepted')));
  await telegram.until(() => /deploy is working/.test(api.texts(1)[0] ?? ''), 'its message');
  await log.append(newEvent('job.completed', { jobId }, { result: 'shipped' }, meta('completed')));
  await appendInOrder(log, [said('1', 'told', ann)]);
  await telegram.until(() => api.texts(1).includes('told'), 'what comes after it');
  await first.stop();
  t.regex(api.texts(1)[0] ?? '', /deploy is working/);

  await begin();
  await telegram.until(() => /deploy is done/.test(api.texts(1)[0] ?? ''), 'the end');
  t.is(api.texts(1).length, 2);
});

/** What a person writes, in message `number` of its chat, and what becomes of it. */
function asked(agentId: string, number: number) {
  const id = `tg-4242-${number}`;
  const turnId = `turn-${number}`;
  const event = (type: Parameters<typeof newEvent>[0], data: object) =>
    // Each is of its type, in the lines below.
    newEvent(type, { agentId }, data as never, {
      id: `${type}:${id}`,
      source: 'test',
      now: new Date(),
    });
  const sources = [{ message: String(number), content: 'c' }];
  const from = { channel: 'telegram', userId: '1' };
  return {
    sent: command(agentId, 'command.send', { text: 'do', mode: 'join', from, sources }, id),
    started: event('turn.started', { turnId, commandId: id, deadlineAt: new Date().toISOString() }),
    ended: event('turn.ended', { turnId, answers: 1, questions: 0 }),
    failed: event('turn.failed', {
      turnId,
      code: 'ORC_NO_ANSWER',
      reason: 'no',
      cure: 'ask again',
    }),
  };
}

test('a message has 👀 when it is stored and 👌 when its turn has ended, also where that was while the bot was away', async (t) => {
  const { telegram, api, log, agents, begin } = await fixture(t);
  const [ann, ben] = agents;
  const [first, second, third] = [asked(ann, 11), asked(ann, 12), asked(ann, 13)];
  const before = await begin();
  await appendInOrder(log, [said('1', 'it listens', ann)]);
  await telegram.until(() => api.texts(1).length === 1, 'what is said');
  await log.append(first.sent);
  await telegram.until(() => api.reactions.length === 1, 'eyes');
  await log.append(first.started);
  await log.append(first.ended);
  await log.append(second.sent);
  await telegram.until(() => api.reactions.length === 3, 'the end, and other eyes');
  t.deepEqual(api.reactions, [
    ['1/11', '👀'],
    ['1/11', '👌'],
    ['1/12', '👀'],
  ]);
  await log.append(second.started);
  await before.stop();
  await log.append(second.failed);
  for (const event of [third.sent, third.started, third.ended]) await log.append(event);

  api.withoutReactions.add(2);
  await begin();
  const shown = () => Object.fromEntries(api.reactions);
  await telegram.until(() => shown()['1/13'] !== undefined, 'the last end');
  t.deepEqual(shown(), { '1/11': '👌', '1/12': '', '1/13': '👌' });
  const refused = [asked(ben, 21), asked(ben, 22)];
  for (const { sent } of refused) await log.append(sent);
  await appendInOrder(log, [said('1', 'there', ben)]);
  await telegram.until(() => api.texts(2).length === 1, 'a chat without reactions has its answers');
  const tries = api.calls.filter(({ method }) => method === 'setMessageReaction');
  t.is(tries.filter(({ payload }) => payload.chat_id === '2').length, 1, 'it is left alone then');
});

/** A log that refuses for good what has a text in its subject. */
function refusing(log: EventLog, part: string): EventLog {
  const own: EventLog = Object.create(log);
  own.append = (events, options) => {
    const isRefused = [events].flat().some(({ subject }) => subject.includes(part));
    const refusal = { ok: false, error: 'refused', reason: 'no', code: 1 } as const;
    return isRefused ? Promise.resolve(refusal) : log.append(events, options);
  };
  return own;
}

test('A5: an answer that cannot be requested is left out and said, and holds up nobody', async (t) => {
  const { telegram, api, log, agents, begin, health } = await fixture(t);
  const [ann, ben] = agents;
  await begin(refusing(log, `${ann}_odd`));
  await appendInOrder(log, [said('odd', 'never', ann)]);
  await appendInOrder(log, [said('even', 'next', ann)]);
  await appendInOrder(log, [said('1', 'of the other', ben)]);
  await telegram.until(() => api.texts(2).length === 1, 'the other');

  t.deepEqual(api.texts(1), ['next']);
  const check = health.checks().find(({ name }) => name === 'telegram listener');
  t.false(check?.ok);
  t.regex(check?.detail ?? '', /1 left out since the start/);
});

test('C9: the first answer that serves several messages says so, once for a chat', async (t) => {
  const { telegram, api, log, agents, begin } = await fixture(t);
  const [ann] = agents;
  const stated = { source: 'orchestrator/test', time: new Date().toISOString() };
  const taken = (commandId: string) => ({
    ...stated,
    id: `turn.started:${commandId}`,
    type: 'turn.started' as const,
    subject: `agents.${ann}.turn.started`,
    data: { turnId: 't', commandId, deadlineAt: stated.time },
  });
  const written = (commandId: string, bytes = 10) => ({
    ...stated,
    id: `process.delivered:${commandId}`,
    type: 'process.delivered' as const,
    subject: `agents.${ann}.process.delivered`,
    data: { runId: 'run-1', turnId: 't', commandId, bytes },
  });
  await begin();
  await appendInOrder(log, [taken('a'), written('a'), said('1', 'to a', ann)]);
  await appendInOrder(log, [written('b'), said('2', 'to b, in its turn', ann)]);
  await appendInOrder(log, [taken('c'), written('c'), written('press', 0), said('3', 'to c', ann)]);
  await appendInOrder(log, [taken('d'), written('d'), written('e'), said('4', 'to d and e', ann)]);
  await appendInOrder(log, [taken('f'), written('f'), written('g'), said('5', 'to f and g', ann)]);
  await telegram.until(() => api.texts(1).length === 6, 'all');

  t.deepEqual(api.texts(1), [
    'to a',
    'to b, in its turn',
    'to c',
    'to d and e',
    '2 JOINED',
    'to f and g',
  ]);
});

test('E1: an answer goes to the topic in which was asked, also after a restart', async (t) => {
  const { telegram, api, log, agents, begin } = await fixture(t);
  const [ann] = agents;
  const ask = async (commandId: string, thread?: string) => {
    const topic = thread === undefined ? {} : { thread };
    await appendInOrder(log, [
      command(ann, 'command.send', { text: 'hi', mode: 'join', ...topic }, commandId),
      {
        id: `turn.started:${commandId}`,
        type: 'turn.started',
        source: 'orchestrator/test',
        time: new Date().toISOString(),
        subject: `agents.${ann}.turn.started`,
        data: { turnId: commandId, commandId, deadlineAt: new Date().toISOString() },
      },
    ]);
  };
  const first = await begin();
  await ask('one', '7');
  await appendInOrder(log, [said('1', 'in seven', ann)]);
  await telegram.until(() => api.texts(1).length === 1, 'the first');
  await untilEvent(log, ({ type }) => type === 'delivery.settled');
  await first.stop();
  await begin();
  await appendInOrder(log, [said('2', 'still in seven', ann)]);
  await telegram.until(() => api.texts(1).length === 2, 'the second');
  await ask('two');
  await appendInOrder(log, [said('3', 'in general', ann)]);
  await telegram.until(() => api.texts(1).length === 3, 'the third');

  const sent = api.calls.filter(({ method }) => method === 'sendMessage');
  t.deepEqual(
    sent.map(({ payload }) => [payload.text, payload.message_thread_id]),
    [
      ['in seven', 7],
      ['still in seven', 7],
      ['in general', undefined],
    ],
  );
});
