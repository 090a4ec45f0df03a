import '../../support/measured-children.ts';
import test from 'ava';
import type { Message } from 'grammy/types';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { ANN, BEN } from '../../support/telegram/bot-system.ts';
import { sharedBotSystem } from '../../support/telegram/shared-system.ts';

const USERS = Array.from({ length: 20 }, (_, index) => 9001 + index);
const GROUP = -9100;

const running = sharedBotSystem(test, {
  TELEGRAM_ALLOWED_USERS: [...USERS, ANN, GROUP].join(','),
  TELEGRAM_ADMIN_USERS: String(ANN),
  TELEGRAM_RATE_LIMIT: '100',
});

let used = 0;
/** A user whom no other test has. */
const newUser = (): number => USERS[used++] ?? 0;

const group = { id: GROUP, type: 'supergroup', title: 'Team' } as const;
const NAME = '@orchestrator_test_bot';
const named = { entities: [{ type: 'mention', offset: 0, length: NAME.length } as const] };

/** What the agents of a chat were told, up to a last text that it is to end with. */
async function toldTo(chatId: number, last: string): Promise<string[]> {
  const log = await running().system.log();
  const isOfChat = (from: { userId: string } | undefined) => from?.userId === String(chatId);
  await untilEvent(
    log,
    (event) =>
      event.type === 'command.send' && isOfChat(event.data.from) && event.data.text.includes(last),
  );
  return ofType(await history(log), 'command.send')
    .filter(({ data }) => isOfChat(data.from))
    .map(({ data }) => data.text);
}

test('E2: a reply brings what it replies to, and by whom; a quotation brings the part that was quoted', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'hello');
  await telegram.until(() => api.chat(user).length > 0, 'an answer');
  const [answer] = api.chat(user);
  if (answer === undefined) return t.fail();

  const ofBot = api.original({ ...answer, text: 'one\ntwo' });
  api.say(user, 'expand', { reply_to_message: ofBot as never });
  api.say(user, 'expand point 2', {
    reply_to_message: ofBot as never,
    quote: { text: 'two', position: 4, is_manual: true },
  });
  const own = api.message(user, { text: 'what I said' });
  api.say(user, 'last', { reply_to_message: own as never });

  t.deepEqual((await toldTo(user, 'last')).slice(1), [
    'In reply to this message of the bot:\n> one\n> two\n\nexpand',
    'In reply to this message of the bot:\n> two\n\nexpand point 2',
    `In reply to User ${user}:\n> what I said\n\nlast`,
  ]);
});

test('E2: in a group, one who names the bot in a reply to somebody brings what that one said, and the file', async (t) => {
  const { api } = running().telegram;
  const [user, other] = [newUser(), newUser()];
  const said = api.message(other, { chat: group, text: 'the tests are red' } as never);
  const photo = [{ file_id: 'of-other', file_unique_id: 'u', width: 1, height: 1 }];
  const shown = api.message(other, { chat: group, photo } as never);
  api.files.set('of-other', Buffer.from('pixels'));

  api.say(user, `${NAME} why?`, { chat: group, ...named, reply_to_message: said as never });
  api.say(user, `${NAME} what is this?`, {
    chat: group,
    ...named,
    reply_to_message: shown as never,
  });

  const told = await toldTo(GROUP, 'what is this?');
  t.deepEqual(told.slice(-2), [
    `In reply to User ${other}:\n> the tests are red\n\nUser ${user}: why?`,
    `In reply to User ${other}:\n> (photo.jpg)\n\nUser ${user}: what is this?\n\n${told.at(-1)?.split('\n\n').at(-1)}`,
  ]);
  t.regex(
    told.at(-1) ?? '',
    /sent a file\. It is in your workspace: inbox\/tg-4242-\d+-photo\.jpg$/,
  );
});

test('in a topic a message is no reply to the note that the topic was made', async (t) => {
  const { api } = running().telegram;
  const user = newUser();
  const topic = { forum_topic_created: { name: 'Topic', icon_color: 1 } };
  const created = api.original({ ...shownStub, chatId: String(GROUP), messageId: 77 });
  const inTopic = { chat: group, is_topic_message: true, message_thread_id: 77 } as const;

  const note = { ...created, text: undefined, ...topic };
  api.say(user, 'not for the bot', { ...inTopic, reply_to_message: note as never });
  api.say(user, `${NAME} in the topic`, { ...inTopic, ...named, reply_to_message: note as never });

  t.deepEqual(
    (await toldTo(GROUP, 'in the topic')).filter((text) => text.includes(`${user}`)),
    [`User ${user}: in the topic`],
  );
});

const shownStub = { text: '', entities: [], buttons: [], deleted: false, edits: [], at: 0 };

test('E3: a hidden link and code keep what they are, and a forwarded message says from whom', async (t) => {
  const { api } = running().telegram;
  const user = newUser();
  api.say(user, 'see here: ls -l', {
    entities: [
      { type: 'text_link', offset: 4, length: 4, url: 'https://example.org/a' },
      { type: 'pre', offset: 10, length: 5, language: 'sh' },
    ],
  });
  const sender_user = { id: 5, is_bot: false, first_name: 'Eve\u202e', last_name: 'Lee' };
  api.say(user, 'from elsewhere', { forward_origin: { type: 'user', date: 1, sender_user } });
  api.say(user, '/status');
  const hidden = { type: 'hidden_user', date: 1, sender_user_name: 'Mallory' } as const;
  api.say(user, 'one', { forward_origin: hidden });
  api.say(user, 'two', { forward_origin: hidden });

  t.deepEqual(await toldTo(user, 'two'), [
    'see [here](https://example.org/a): \n```sh\nls -l\n```',
    'Forwarded from Eve Lee:\n> from elsewhere',
    'Forwarded from Mallory:\n> one\n\nForwarded from Mallory:\n> two',
  ]);
});

test('E4: a pin, a timer and other notes of Telegram are nothing; a story is refused; neither starts an agent', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  const pinned = api.message(user, { text: 'hello' });
  api.push({ message: api.message(user, { pinned_message: pinned as never }) });
  api.push({
    message: api.message(user, {
      message_auto_delete_timer_changed: { message_auto_delete_time: 86_400 },
    }),
  });
  api.push({ message: api.message(user, { something_of_tomorrow: {} } as never) });
  const story = { id: 1, chat: { id: 5, type: 'private' } };
  api.push({ message: api.message(user, { story } as never) });
  await telegram.until(() => api.chat(user).length > 0, 'a refusal');
  api.say(user, '/status');
  await telegram.until(() => api.chat(user).length > 1, 'a reply');

  t.is(api.texts(user).length, 2);
  t.regex(api.texts(user)[0] ?? '', /This I cannot pass on/);
  t.regex(api.texts(user)[1] ?? '', /You have no agent/);
  const events = await history(await system.log());
  t.false(ofType(events, 'command.create').some(({ data }) => data.owner?.userId === String(user)));
});

test('a sticker, a poll and a rich message reach the agent in words, also as what is replied to', async (t) => {
  const { api } = running().telegram;
  const user = newUser();
  const sticker = { file_id: 's', file_unique_id: 's', type: 'regular', emoji: '👍' };
  const poll = { question: 'Which?', type: 'regular', options: [{ text: 'red', voter_count: 0 }] };
  const blocks = [{ type: 'heading', size: 1, text: 'Plan' }];
  const asked = api.message(user, { poll } as never);
  api.push({ message: api.message(user, { sticker } as never) });
  api.push({ message: api.message(user, { rich_message: { blocks } } as never) });
  api.say(user, 'the first', { reply_to_message: asked as never });

  t.deepEqual(await toldTo(user, 'the first'), [
    '[a sticker] 👍',
    '# Plan',
    `In reply to User ${user}:\n> [a poll] Which?\n> - red\n\nthe first`,
  ]);
});

test('E6: an edit that changes nothing is nothing, one that does is a correction, a caption brings no file again', async (t) => {
  const { api } = running().telegram;
  const user = newUser();
  const entities = [{ type: 'url', offset: 0, length: 11 } as const];
  const message = api.message(user, { text: 'example.org', entities });
  const document = { file_id: 'doc', file_unique_id: 'doc-u', file_name: 'a.txt' };
  const withFile = api.message(user, { caption: 'look', document });
  api.files.set('doc', Buffer.from('content'));
  const edited = (of: Message, more: Partial<Message>) =>
    api.push({ edited_message: { ...of, edit_date: of.date + 1, ...more } as never });

  api.push({ message });
  edited(message, { link_preview_options: { url: 'https://example.org' } });
  edited(message, { text: 'example.com' });
  edited(message, { text: 'example.com', link_preview_options: { is_disabled: true } });
  api.push({ message: withFile });
  edited(withFile, {});
  edited(withFile, { caption: 'look again' });
  api.say(user, 'last');

  const told = await toldTo(user, 'last');
  t.deepEqual(
    told.map((text) => text.replace(/\n\n.*$/s, ' + file')),
    ['example.org', '✏️ example.com', 'look + file', '✏️ look again', 'last'],
  );
});

test('E6: a live location that moves is one message', async (t) => {
  const { api } = running().telegram;
  const user = newUser();
  const location = { latitude: 1, longitude: 2, live_period: 600 };
  const message = api.message(user, { location });
  api.push({ message });
  for (let moves = 1; moves <= 6; moves += 1) {
    api.push({
      edited_message: {
        ...message,
        edit_date: message.date + moves,
        location: { ...location, latitude: moves },
      } as never,
    });
  }
  api.say(user, 'last');

  t.deepEqual(await toldTo(user, 'last'), [
    '[a place that moves; this is where it was first] 1, 2',
    'last',
  ]);
});

test('E14, D3: what is no command of the bot is said to be none, everywhere; two slashes bring it to the agent', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, '/do_it now');
  api.say(user, '//cost');
  api.say(user, `/do_it${NAME} now`, { chat: group });
  api.say(user, `${NAME} //model opus`, { chat: group, ...named });
  api.say(user, '/etc/hosts is empty');
  await telegram.until(() => api.texts(GROUP).some((text) => /\/do_it/.test(text)), 'a word');

  t.deepEqual(await toldTo(user, '/etc'), ['/cost', '/etc/hosts is empty']);
  t.is((await toldTo(GROUP, '/model')).at(-1), '/model opus');
  const word =
    'I have no command /do_it; /help lists mine. If it is for your agent, send it with two slashes: //do_it';
  t.is(api.texts(user)[0], word);
  t.true(api.texts(GROUP).includes(word));
});

test('a command that was edited is neither done nor told to the agent, and that is said', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  const message = api.message(user, { text: '/stop', edit_date: 5 });
  api.push({ edited_message: message as never });
  await telegram.until(() => api.chat(user).length > 0, 'a word');

  t.deepEqual(api.texts(user), ['I do not do edited commands. Send /stop as a new message.']);
  const sent = ofType(await history(await system.log()), 'command.send');
  t.false(sent.some(({ data }) => data.from?.userId === String(user)));
});

test('who speaks as a group or as a channel is refused where an admin sees it, and is told so once', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const anonymous = { id: 1_087_968_824, is_bot: true, first_name: 'Group' };
  const channel = { id: -9_200, type: 'channel', title: 'News' } as const;
  const speak = (text: string, own: Partial<Message>) =>
    api.say(0, text, { chat: group, ...named, ...own });

  speak(`${NAME} one`, { sender_chat: group, from: anonymous });
  speak(`${NAME} two`, { sender_chat: group, from: anonymous });
  const of = { id: 777_000, is_bot: false, first_name: 'Telegram' };
  speak('a post', { sender_chat: channel, from: of, entities: [], is_automatic_forward: true });
  await telegram.until(() => api.texts(GROUP).some((text) => /who you are/.test(text)), 'a word');
  api.say(ANN, '/users');
  await telegram.until(() => api.chat(ANN).length > 0, 'the list');

  t.is(api.texts(GROUP).filter((text) => /who you are/.test(text)).length, 1);
  const list = api.texts(ANN)[0] ?? '';
  t.regex(list, /anonymous in -9100 Team \(an anonymous admin of the group\)/);
  t.regex(list, /-9200 News \(in the name of a channel\)/);
});

test('a group whose id changes keeps its right to talk, its mode and its agent, and hears what that says', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const [user] = [newUser()];
  const [old, present] = [-9_300, -100_9_300];
  const chat = { id: old, type: 'group', title: 'Moving' } as const;
  api.say(ANN, `/allow${NAME}`, { chat });
  api.say(user, `/mode${NAME} wait`, { chat });
  api.say(user, `${NAME} hello`, { chat, ...named });
  await toldTo(old, 'hello');

  const moved = { ...chat, id: present, type: 'supergroup' } as const;
  api.push({ message: api.message(user, { chat, migrate_to_chat_id: present } as never) });
  api.push({ message: api.message(user, { chat: moved, migrate_from_chat_id: old } as never) });
  api.say(user, `${NAME} are you there?`, { chat: moved, ...named } as never);
  await telegram.until(() => api.texts(present).some((text) => /there\?/.test(text)), 'an answer');
  api.say(user, `/mode${NAME}`, { chat: moved } as never);
  await telegram.until(() => api.texts(present).some((text) => /wait until/.test(text)), 'a mode');

  const events = await history(await system.log());
  const made = ofType(events, 'command.create').filter(({ data }) =>
    [old, present].map(String).includes(data.owner?.userId ?? ''),
  );
  t.is(made.length, 1, 'the agent is the same');
  t.true(api.texts(old).every((text) => !text.includes('there?')));
});

test('only who may talk is moved', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const chat = { id: -9_400, type: 'group', title: 'Strangers' } as const;
  api.push({ message: api.message(BEN, { chat, migrate_to_chat_id: -100_9_400 } as never) });
  await telegram.until(() => api.pending === 0, 'it to be confirmed');

  const events = ofType(await history(await system.log()), 'user.allowed');
  t.false(events.some(({ subject }) => subject.includes('-1009400')));
});
