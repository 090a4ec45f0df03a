import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Message, Update } from 'grammy/types';
import type { EventLog } from '../../../core/log/event-log.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { random } from '../../support/random.ts';
import { environment, startSystem, type TestSystem } from '../../support/system.ts';
import { BotProcess } from '../../support/telegram/bot-process.ts';
import { botEnvironment } from '../../support/telegram/bot-system.ts';
import { startTelegram, type TelegramServer } from '../../support/telegram/telegram-server.ts';

/** `npm run chaos` has many: the moment of the kill is a random one. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 3);
const USERS = Array.from({ length: 10 + ROUNDS }, (_, index) => 7101 + index);
const GROUP = -7100;
const NAME = '@orchestrator_test_bot';

const steps: (() => unknown)[] = [];
let system: TestSystem;
let telegram: TelegramServer;
let bot: BotProcess;
let log: EventLog;

test.before(async () => {
  const t = { teardown: (step: () => unknown) => void steps.push(step) };
  telegram = await startTelegram(t);
  system = await startSystem(t, {});
  log = await system.log();
  const own = {
    TELEGRAM_ALLOWED_USERS: [...USERS, GROUP].join(','),
    TELEGRAM_RATE_LIMIT: '5',
  };
  bot = new BotProcess(environment(system.dataDir, botEnvironment(telegram, own)));
  bot.start();
});

test.after.always(async () => {
  await bot.kill('SIGTERM');
  await system.stop();
  for (const step of steps.reverse()) await step();
});

let used = 0;
/** A user whom no other test has. */
const newUser = (): number => USERS[used++] ?? 0;

/** The messages to the agents of a chat, when one of them has this text. */
async function sentTo(chatId: number, last: string) {
  const isOfChat = (from: { userId: string } | undefined) => from?.userId === String(chatId);
  await untilEvent(
    log,
    (event) =>
      event.type === 'command.send' && isOfChat(event.data.from) && event.data.text.includes(last),
  );
  const sent = ofType(await history(log), 'command.send');
  return sent.flatMap(({ data }) => (isOfChat(data.from) ? [data] : []));
}

let albums = 0;

/** The items of an album of so many photos; a bot hears of each by itself. */
function album(user: number, count: number, own: (item: number) => Partial<Message>) {
  const { api } = telegram;
  albums += 1;
  const media_group_id = `1350000${albums}`;
  return Array.from({ length: count }, (_, item) => {
    const file_id = `photo-${albums}-${item}`;
    api.files.set(file_id, Buffer.from(file_id));
    const photo = [{ file_id, file_unique_id: file_id, width: 1, height: 1 }];
    return api.message(user, { media_group_id, photo, ...own(item) });
  });
}

test('E5: an album with one caption is one message with all its files, and one for the rate', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const items = album(user, 6, (item) => (item === 0 ? { caption: 'three of them' } : {}));
  for (const message of items) api.push({ message });
  api.say(user, 'and this');

  const sent = await sentTo(user, 'and this');

  t.is(sent.length, 2, 'what comes after it is after it');
  t.regex(
    sent[0]?.text ?? '',
    /^three of them\n\nThe user sent 6 files\. They are in your workspace:\n(- inbox\/tg-4242-\d+-photo\.jpg\n?){6}$/,
  );
  t.is(sent[0]?.files?.length, 6);
});

test('E5: in a group the mention on one item is for all of them; an album without one is nothing', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const chat = { id: GROUP, type: 'supergroup', title: 'Team' } as const;
  const caption_entities = [{ type: 'mention', offset: 0, length: NAME.length } as const];
  const unaddressed = album(user, 2, () => ({ chat, caption: 'between us' }) as never);
  for (const message of unaddressed) api.push({ message });
  const items = album(
    user,
    3,
    (item) =>
      ({
        chat,
        ...(item === 1 && { caption: `${NAME} compare`, caption_entities }),
      }) as never,
  );
  for (const message of items) api.push({ message });

  const sent = await sentTo(GROUP, 'compare');

  t.is(sent.length, 1);
  t.is(sent[0]?.files?.length, 3);
  t.true(sent[0]?.text.startsWith(`User ${user}: compare\n\n`));
  t.false(JSON.stringify(await history(log)).includes('between us'), 'nor is it kept');
});

test('E5: a file of an album that cannot be had keeps the others not back, and is told to both', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const items = album(user, 3, (item) => (item === 0 ? { caption: 'look' } : {}));
  api.files.delete(items[1]?.photo?.[0]?.file_id ?? '');
  for (const message of items) api.push({ message });

  const [sent] = await sentTo(user, 'look');

  t.is(sent?.files?.length, 2);
  t.regex(sent?.text ?? '', /A file that the user sent could not be fetched.*photo\.jpg$/);
  await telegram.until(
    () => api.texts(user).some((text) => /photo\.jpg could not/.test(text)),
    'a word',
  );
});

test('a long text that the client cut into several messages is one', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const [lines, solid] = ['line of a log\n'.repeat(200).trim(), 'x'.repeat(4096)];
  for (const text of [lines, solid, 'the end']) api.say(user, text);

  const sent = await sentTo(user, 'the end');

  t.deepEqual(
    sent.map(({ text }) => text),
    [`${lines}\n${solid}the end`],
  );
});

test('a long text is not kept from its agent, and what is no rest of it is a message of its own', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const long = 'word '.repeat(600).trim();
  api.say(user, long);
  await sentTo(user, long);
  api.say(user, 'a new thought');
  const original = api.message(user, { text: 'earlier' });
  api.say(user, long);
  api.say(user, 'a reply', { reply_to_message: original as never });

  const sent = await sentTo(user, 'a reply');

  t.deepEqual(
    sent.map(({ text }) => text.replace(/^In reply.*\n\n/s, '')),
    [long, 'a new thought', long, 'a reply'],
  );
});

test('a long text in a topic is one as well, and what is said in another topic is none of it', async (t) => {
  const { api } = telegram;
  const user = newUser();
  const chat = { id: GROUP, type: 'supergroup', title: 'Team', is_forum: true } as const;
  const say = (topic: number, text: string, own: Partial<Message> = {}) => {
    const note = { message_id: topic, chat, date: 1, forum_topic_created: { name: 'T' } };
    const more = { chat, is_topic_message: true, message_thread_id: topic, ...own };
    api.say(user, text, { ...more, reply_to_message: note } as never);
  };
  const [mention] = [{ type: 'mention', offset: 0, length: NAME.length } as const];
  const long = 'word '.repeat(600).trim();
  say(71, `${NAME} ${long}`, { entities: [mention] });
  say(71, 'its end');
  say(71, `${NAME} ${long}`, { entities: [mention] });
  say(72, 'between us');
  say(71, `${NAME} last in a topic`, { entities: [mention] });

  const sent = await sentTo(GROUP, 'last in a topic');

  const from = `User ${user}: `;
  t.deepEqual(
    sent.flatMap(({ text }) => (text.startsWith(from) ? [text.slice(from.length)] : [])),
    [`${long}\nits end`, long, 'last in a topic'],
  );
});

test('E5: kill -9 in the middle of an album loses nothing and says nothing twice', async (t) => {
  t.timeout(60_000 + ROUNDS * 15_000);
  const { api } = telegram;
  const { next, seed } = random();
  const users: number[] = [];
  const updates: Update[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const user = newUser();
    users.push(user);
    const killedAfter = next(3);
    for (const [item, message] of album(user, 3, () => ({ caption: `of ${user}` })).entries()) {
      updates.push(api.push({ message }));
      await delay(next(100));
      if (item !== killedAfter) continue;
      await delay(next(1_600));
      await bot.kill();
    }
    // What was confirmed may come again where a later one was not.
    for (const update of updates.slice(-3)) if (next(2) === 0) api.push({ ...update });
    bot.start();
    await delay(next(500));
  }
  for (const user of users) api.say(user, `last of ${user}`);
  for (const user of users) await sentTo(user, `last of ${user}`);

  for (const user of new Set(users)) {
    const sent = await sentTo(user, `last of ${user}`);
    const files = sent.flatMap((data) => data.files ?? []).map(({ fileId }) => fileId);
    t.is(files.length, 3, `seed ${seed}: nothing lost, nothing twice`);
    t.is(new Set(files).size, 3);
    t.is(sent.at(-1)?.text, `last of ${user}`);
  }
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
});
