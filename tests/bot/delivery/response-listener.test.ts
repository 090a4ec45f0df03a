import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Deliveries } from '../../../bot/delivery/deliveries.ts';
import { DeliveryContent } from '../../../bot/delivery/delivery-content.ts';
import { noticeIdOf } from '../../../bot/delivery/delivery-ids.ts';
import { requestDelivery } from '../../../bot/delivery/ledger.ts';
import { Outbox } from '../../../bot/delivery/outbox.ts';
import { Owners } from '../../../bot/delivery/owners.ts';
import { Pace } from '../../../bot/delivery/pace.ts';
import { ResponseListener } from '../../../bot/delivery/response-listener.ts';
import { Directory } from '../../../bot/people/directory.ts';
import { sendPart } from '../../../bot/telegram/send-part.ts';
import { telegramClient } from '../../../bot/telegram/telegram-client.ts';
import { Health } from '../../../platform/service/health.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { answer, said } from '../../core/log/events.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { createAgent } from '../../support/commands.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
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
  const begin = async () => {
    const end = new AbortController();
    const directory = new Directory(log);
    await directory.start(end.signal);
    const content = new DeliveryContent(log, directory);
    const outbox = new Outbox({
      log,
      logger: quiet,
      health: new Health(),
      pace: new Pace({ privateChat: FAST, group: FAST, bot: FAST }),
      content: (request) => content.of(request),
      send: (chatId, part, { perhaps, plain }) =>
        sendPart(bot.api, chatId, part, { mark: perhaps ? 'MARK' : undefined, isPlain: plain }),
    });
    const owner = async (agentId: string) => {
      const created = ofType(await history(log), 'command.create').find(({ subject }) =>
        subject.includes(agentId),
      );
      return { sequence: 1, agent: { owner: created?.data.owner } };
    };
    const views = { request: (_: string, { agentId }: { agentId: string }) => owner(agentId) };
    const status = { working() {}, progress() {}, done() {} };
    // The one view that is asked for, and of its answer what is looked at.
    const owners = new Owners(views as unknown as ConstructorParameters<typeof Owners>[0]);
    const isOwnCommand = () => true;
    const listener = new ResponseListener({ log, owners, status, logger: quiet, isOwnCommand });
    const running = new Deliveries({ log, listener, outbox, noteEveryMs: 50 }).run(end.signal);
    const stop = async () => {
      end.abort();
      await running;
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
  return { telegram, api: telegram.api, log, agents, begin, exit };
}

test('what an agent says after its end reaches nobody, also where the bot begins behind the end', async (t) => {
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
