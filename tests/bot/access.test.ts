import test from 'ava';
import { API_CONSTANTS } from 'grammy';
import type { Message, Update } from 'grammy/types';
import { history, ofType } from '../support/history.ts';
import { ANN, BEN, EVE } from '../support/telegram/bot-system.ts';
import { sharedBotSystem } from '../support/telegram/shared-system.ts';

const running = sharedBotSystem(test, { TELEGRAM_RATE_LIMIT: '5' });

const eve = { id: EVE, is_bot: false, first_name: 'Eve' };
const privateChat = { id: EVE, type: 'private', first_name: 'Eve' } as const;
const message = { message_id: 1, date: 1, chat: privateChat, from: eve, text: '/allow 6666' };

/** Something of each kind of update, from somebody whom nobody has allowed. */
const OF_EVE: Record<string, unknown> = {
  inline_query: { id: '1', from: eve, query: 'q', offset: '' },
  chosen_inline_result: { result_id: '1', from: eve, query: 'q' },
  callback_query: { id: '1', from: eve, chat_instance: 'c', message, data: 's:agent-0123456789ab' },
  shipping_query: { id: '1', from: eve, invoice_payload: 'p' },
  pre_checkout_query: {
    id: '1',
    from: eve,
    currency: 'EUR',
    total_amount: 1,
    invoice_payload: 'p',
  },
  poll_answer: { poll_id: '1', user: eve, option_ids: [0] },
  my_chat_member: { chat: privateChat, from: eve, date: 1 },
  chat_member: { chat: privateChat, from: eve, date: 1 },
  chat_join_request: { chat: privateChat, from: eve, user_chat_id: EVE, date: 1 },
  message_reaction: { chat: privateChat, user: eve, message_id: 1, date: 1 },
};

test('who is not allowed makes nothing happen, whatever kind of update it is', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const log = await system.log();
  api.everyKind = true;
  const [events, calls] = [(await history(log)).length, api.calls.length];

  const kinds: readonly string[] = API_CONSTANTS.ALL_UPDATE_TYPES;
  t.true(kinds.length > 20);
  for (const kind of kinds) {
    // As much of an update as its kind has.
    api.push({ [kind]: OF_EVE[kind] ?? message } as unknown as Omit<Update, 'update_id'>);
  }
  await telegram.until(() => api.pending === 0, 'every update to be confirmed');

  t.is((await history(log)).length, events, 'no event');
  const made = api.calls.slice(calls).map(({ method }) => method);
  t.deepEqual(
    made.filter((method) => method !== 'getUpdates'),
    [],
    'no call',
  );
  api.everyKind = false;
});

test('one who is allowed is not, in a group that is not, and nobody is in the name of a channel', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const log = await system.log();
  const events = (await history(log)).length;
  api.everyKind = true;
  const chat = { id: -55, type: 'supergroup', title: 'Strangers' };
  const channel = { id: -99, type: 'channel', title: 'Channel' };
  const text = '/status@orchestrator_test_bot';

  api.say(BEN, text, { chat } as Partial<Message>);
  api.say(EVE, text, { chat } as Partial<Message>);
  api.say(ANN, 'hello', { sender_chat: channel } as Partial<Message>);
  api.push({ channel_post: { ...message, chat: channel, from: undefined } as never });
  await telegram.until(() => api.pending === 0, 'every update to be confirmed');

  t.is((await history(log)).length, events);
  api.everyKind = false;
});

test('an admin lets somebody in and shuts them out; both outlive the bot', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const guest = 7777;
  api.say(guest, 'let me in');
  api.say(ANN, '/users');
  await telegram.until(() => api.chat(ANN).length === 1, 'the list');
  t.regex(api.texts(ANN)[0] ?? '', /1001.*★[\s\S]*Refused since the start[\s\S]*7777 User 7777/);

  api.say(ANN, `/allow ${guest}`);
  await telegram.until(() => api.chat(ANN).length === 2, 'a word that it is so');
  api.say(guest, 'hello');
  await telegram.until(() => api.texts(guest).length === 1, 'an answer');
  api.say(ANN, `/deny ${guest}`);
  await telegram.until(() => api.chat(ANN).length === 3, 'a word that it is so');
  api.say(guest, 'hello again');
  api.say(ANN, `/deny ${ANN}`);
  await telegram.until(() => api.chat(ANN).length === 4, 'a refusal');

  t.deepEqual(api.texts(guest), ['[1] You said: hello']);
  t.regex(api.texts(ANN)[3] ?? '', /cannot be shut out/);
});

test('a code of an admin lets one in whose id nobody knows, and a wrong one is not answered', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const [guest, other] = [7801, 7802];
  const before = api.chat(ANN).length;
  api.say(ANN, '/pair');
  await telegram.until(() => api.chat(ANN).length === before + 1, 'a code');
  const [, code = ''] = /start=([A-Z0-9]{6})/.exec(api.texts(ANN).at(-1) ?? '') ?? [];
  api.say(guest, '/pair 111111');
  api.say(other, `/pair ${code}`, { chat: { id: -55, type: 'group', title: 'G' } });
  api.say(guest, `/start ${code}`);
  await telegram.until(() => api.chat(ANN).length === before + 2, 'who it was');
  t.regex(api.texts(ANN).at(-1) ?? '', /User 7801 \(7801\) may talk to me/);
  api.say(other, `/pair ${code}`);
  api.say(guest, 'hello');
  await telegram.until(() => api.texts(guest).length === 2, 'an answer');
  t.is(api.texts(guest)[1], '[1] You said: hello');
  t.deepEqual(api.texts(other), [], 'it is used up');
});

test('who is no admin can do nothing that only admins may', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  for (const command of ['/users', '/pair', '/allow 6666', '/deny 1001', '/broadcast hi']) {
    api.say(BEN, command);
  }
  await telegram.until(() => api.chat(BEN).length === 5, 'refusals');

  t.deepEqual(new Set(api.texts(BEN)), new Set(['Only admins may do that.']));
  const events = await history(await system.log());
  t.false(ofType(events, 'user.allowed').some(({ subject }) => subject.includes('6666')));
});

test('a flood is refused from its limit on, and told so once', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const before = api.chat(BEN).length;
  const date = Math.floor(Date.now() / 1000) + 600;
  for (let index = 1; index <= 9; index += 1) api.say(BEN, `flood ${index}`, { date });
  await telegram.until(() => api.pending === 0, 'every update to be confirmed');
  await telegram.until(() => api.chat(BEN).length === before + 6, 'answers and one refusal');

  const texts = api.texts(BEN).slice(before);
  t.is(texts.filter((text) => text.startsWith('⏱')).length, 1);
  const events = await history(await system.log());
  const taken = ofType(events, 'command.send').filter(({ data }) => data.text.startsWith('flood'));
  t.is(taken.length, 5);
});

test('what an admin says to everybody reaches everybody who may talk, once', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const date = Math.floor(Date.now() / 1000) + 1_200;
  api.say(ANN, '/broadcast **Maintenance** at noon', { date });
  const got = (user: number) => api.texts(user).filter((text) => text === 'Maintenance at noon');
  await telegram.until(() => got(ANN).length + got(BEN).length === 2, 'both to hear it');

  t.is(got(7777).length, 0, 'who was shut out does not');
});
