import '../support/measured-children.ts';
import { join } from 'node:path';
import test from 'ava';
import { makeReceipt } from '../../core/seal/make-receipt.ts';
import { receiptText } from '../../core/seal/receipt-text.ts';
import { verifyReceipt } from '../../docs/verify-receipt.mjs';
import type { Receipt } from '../../schemas/receipt.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { sharedBotSystem } from '../support/telegram/shared-system.ts';

const AGENT = join(import.meta.dirname, '..', 'support', 'agents', 'chat-agent.sh');

const USERS = Array.from({ length: 23 }, (_, index) => 5001 + index);

const running = sharedBotSystem(test, {
  TELEGRAM_ALLOWED_USERS: [...USERS, -77, -78].join(','),
  ORCHESTRATOR_AGENT: 'line',
  ORCHESTRATOR_LINE_COMMAND: `exec bash ${AGENT}`,
});

let used = 0;
/** A user whom no other test has. */
const newUser = (): number => USERS[used++] ?? 0;

test('a question is shown as one, with a button for each choice; a press answers it once', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'ask');
  await telegram.until(() => api.chat(user).length === 1, 'a question');
  const [question] = api.chat(user);
  if (question === undefined) return t.fail();
  t.is(question.text, '❓ Which colour?');
  t.deepEqual(
    question.buttons.map(({ text }) => text),
    ['Red', 'Blue'],
  );

  api.press(user, question, question.buttons[1]?.data ?? '');
  api.press(user, question, question.buttons[0]?.data ?? '');
  await telegram.until(() => api.texts(user).includes('got: Blue'), 'an answer to the choice');
  await telegram.until(() => question.buttons.length === 0, 'the buttons to go');

  t.regex(question.text, /✅ Blue$/);
  const log = await system.log();
  const asked = ofType(await history(log), 'response.question').find(({ data }) => data.options);
  const sent = ofType(await history(log), 'command.send').filter(
    ({ data }) => data.from?.userId === String(user),
  );
  t.deepEqual(
    sent.map(({ data }) => data.text),
    ['ask', 'Blue'],
  );
  t.is(sent[1]?.data.answers, asked?.id);
});

test('a message that Telegram took the answer of has a receipt that says so, without a server', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'prove it');
  await telegram.until(() => api.texts(user).includes('got: prove it'), 'an answer');
  const [answer] = api.chat(user);
  const log = await system.log();
  await untilEvent(
    log,
    ({ type, data }) =>
      type === 'delivery.confirmed' && data.messageId === String(answer?.messageId),
  );
  const { id = '' } =
    ofType(await history(log), 'command.send').find(
      ({ data }) => data.from?.userId === String(user),
    ) ?? {};

  const { receipt } = await makeReceipt(log, id, new Date());
  // The page has no types.
  const proved = verifyReceipt(Buffer.from(receiptText(receipt)), receipt.key) as Receipt;
  const { key, messageId, steps } = proved;

  t.is(key, receipt.key);
  t.is(messageId, id);
  const told = steps.map(({ headers, data }) => [
    /ce-type: ([\w.]+)/.exec(headers ?? '')?.[1],
    data,
  ]);
  const [, said = '{}'] = told.find(([type]) => type === 'response.answer') ?? [];
  t.is(JSON.parse(said).text, 'got: prove it');
  const [, confirmed = '{}'] = told.find(([type]) => type === 'delivery.confirmed') ?? [];
  t.is(JSON.parse(confirmed).messageId, String(answer?.messageId), 'as Telegram numbers it');
});

test('a reply to a question answers it; a reply to anything else is a message', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'ask-open');
  await telegram.until(() => api.chat(user).length === 1, 'a question');
  const [question] = api.chat(user);
  if (question === undefined) return t.fail();
  const log = await system.log();
  await untilEvent(log, ({ subject }) => subject.includes(`${user}_${question.messageId}`));

  api.say(user, 'Ada', { reply_to_message: api.original(question) as never });
  await telegram.until(() => api.texts(user).includes('got: Ada'), 'an answer');
  const [, answer] = api.chat(user);
  if (answer === undefined) return t.fail();
  api.say(user, 'thanks', { reply_to_message: api.original(answer) as never });
  await telegram.until(() => api.chat(user).length === 3, 'another answer');

  const sent = ofType(await history(log), 'command.send').filter(
    ({ data }) => data.from?.userId === String(user),
  );
  t.deepEqual(
    sent.map(({ data }) => data.answers !== undefined),
    [false, true, false],
  );
});

test('a reply of /fork to a message makes an agent that knows what was said up to then', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const [user, other] = [newUser(), newUser()];
  await telegram.exchange(user, '/fork', /You have no agent/);
  await telegram.exchange(user, 'one', /^got: one$/);
  const [, answer] = api.chat(user);
  if (answer === undefined) return t.fail();
  const second = api.message(user, { text: 'two' });
  api.push({ message: second });
  await telegram.until(() => api.texts(user).includes('got: two'), 'an answer');
  await telegram.exchange(user, 'three', /^got: three$/);
  const log = await system.log();
  const ofUser = (event: { data: { from?: { userId: string } | undefined } }) =>
    event.data.from?.userId === String(user);
  const sent = ofType(await history(log), 'command.send').filter(ofUser);
  const [before = ''] = sent.map(({ subject }) => subject.split('.')[1]);
  await untilEvent(log, (event) => event.type === 'turn.ended' && event.subject.includes(before));

  const now = Math.floor(Date.now() / 1_000);
  const ofBot = { reply_to_message: { ...api.original(answer), date: now } as never };
  api.say(user, '/fork', ofBot);
  await telegram.until(() => api.texts(user).some((text) => text.startsWith('🍴')), 'a fork');
  const told = api.texts(user).find((text) => text.startsWith('🍴')) ?? '';
  t.regex(
    told,
    /^🍴 line 2 is forked from line at \d{4}-\d\d-\d\d \d\d:\d\d UTC; by a digest of 2 messages\./,
  );
  t.regex(told, /It has an empty folder\. Your messages go to it now/);
  await telegram.exchange(user, 'who are you?', /got: who are you\?$/);

  api.say(user, '/fork line', { reply_to_message: second as never });
  await telegram.until(
    () => api.texts(user).some((text) => text.startsWith('🍴 line 3')),
    'a fork by an own message',
  );
  t.regex(
    api.texts(user).find((text) => text.startsWith('🍴 line 3')) ?? '',
    /from line at .* 4 messages/,
  );
  const forks = ofType(await history(log), 'command.create')
    .filter(({ data }) => data.owner?.userId === String(user))
    .map(({ data }) => data.forkedFrom?.agentId);
  t.deepEqual(forks, [undefined, before, before]);

  const notice = api.chat(user).find(({ text }) => text.startsWith('🍴'));
  const ofNotice = { ...(notice && api.original(notice)), date: now };
  api.say(user, '/fork', { reply_to_message: ofNotice as never });
  await telegram.until(() => api.texts(user).some((text) => /belongs to no turn/.test(text)), 'no');
  // Nobody forks what was said in another chat.
  api.say(other, '/fork', ofBot);
  await telegram.until(
    () => api.texts(other).some((text) => /belongs to no turn/.test(text)),
    'no',
  );
  await telegram.exchange(user, '/fork nothing', /^Usage: \/fork \[kind\] \[model\]$/);
});

test('a reply of /rewind to a message has its agent be as it was then, and says what is not undone', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  await telegram.exchange(user, 'one', /^got: one$/);
  const [answer] = api.chat(user);
  if (answer === undefined) return t.fail();
  const log = await system.log();
  const ended = async () => {
    const sent = ofType(await history(log), 'command.send').filter(
      ({ data }) => data.from?.userId === String(user),
    );
    const last = sent.at(-1)?.id;
    await untilEvent(
      log,
      ({ type, correlationId }) => type === 'turn.ended' && correlationId === last,
    );
  };
  await ended();
  await telegram.exchange(user, 'two', /^got: two$/);
  await ended();
  await telegram.exchange(user, '/rewind both', /^Usage: \/rewind/);
  const date = Math.floor(Date.now() / 1000);
  const reply = { reply_to_message: { ...api.original(answer), date } as never };
  api.say(user, '/rewind all', reply);
  api.say(user, '/rewind conversation', reply);
  await telegram.until(
    () => api.texts(user).some((text) => text.startsWith('⏪')),
    'that it goes back',
  );
  t.regex(
    api.texts(user).find((text) => text.startsWith('⏪')) ?? '',
    /Not undone by that:[\s\S]*answered: got: two/,
  );
  t.is(api.texts(user).filter((text) => text.startsWith('Usage: ')).length, 2);
  const { data, id } = await untilEvent(log, ({ type }) => type === 'command.rewind');
  t.like(data, { conversation: true, from: { userId: String(user) } });
  const resumed = await untilEvent(
    log,
    ({ type, causationId }) => type === 'process.resumed' && causationId === id,
  );
  t.true('rewound' in resumed.data);
});

test('progress is one message that is edited, and gone when the answer comes', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'progress');
  await telegram.until(() => api.texts(user).some((text) => text.startsWith('⏳')), 'progress');
  await telegram.until(() => api.texts(user).includes('⏳ step 3'), 'the last progress');
  await telegram.until(() => api.texts(user).includes('all done'), 'the answer');
  await telegram.until(() => api.chat(user).length === 1, 'the status to go');

  const status = api.shown.filter(({ chatId, deleted }) => chatId === String(user) && deleted);
  t.is(status.length, 1, 'one status message');
  t.deepEqual(status[0]?.edits, ['⏳ step 3'], 'paced: only the latest is shown');
});

test('where there are drafts a private chat sees one while the agent works, whose button interrupts that turn alone', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  const log = await system.log();
  api.drafts = [];
  t.teardown(() => {
    api.drafts = undefined;
  });
  const stop = (draft_id: number) =>
    api.push({
      stopped_message_generation: {
        chat: { id: user, type: 'private', first_name: 'U' },
        draft_id,
      },
    });
  const ofTurn = () => api.drafts?.filter(({ chatId }) => chatId === user) ?? [];
  api.say(user, 'progress');
  await telegram.until(() => ofTurn().some(({ text }) => text === 'step 3'), 'the last progress');
  const [first] = ofTurn();
  if (first === undefined) return t.fail();
  t.true(first.draftId > 0);
  t.deepEqual(first, { chatId: user, draftId: first.draftId, text: '', canStop: true });
  t.true(ofTurn().every(({ draftId, canStop }) => draftId === first.draftId && canStop));
  stop(first.draftId + 2);
  stop(first.draftId);
  await telegram.until(() => api.texts(user).includes('✋ Interrupting.'), 'the interrupt');
  const interrupts = ofType(await history(log), 'command.interrupt').filter(
    ({ data }) => data.from?.userId === String(user),
  );
  t.is(interrupts.length, 1, 'the draft of another turn stops nothing');
  t.false(
    api.texts(user).some((text) => text.startsWith('⏳')),
    'no message beside it',
  );
});

test('a photo lands in the workspace, and the agent is told its path', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.files.set('photos/big', Buffer.from('pixels'));
  const size = { file_unique_id: 'u', width: 1, height: 1 };
  api.push({
    message: api.message(user, {
      caption: 'look',
      photo: [
        { ...size, file_id: 'photos/small' },
        { ...size, file_id: 'photos/big' },
      ],
    }),
  });
  await telegram.until(() => api.chat(user).length === 1, 'an answer');

  t.regex(api.texts(user)[0] ?? '', /^look \/ inbox\/tg-4242-\d+-photo\.jpg \/ pixels$/);
});

test('a file name is never a path, and a file that cannot be had is said to be so', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const document = (fileId: string) => ({
    document: { file_id: fileId, file_unique_id: 'u', file_name: '../../.ssh/keys' },
  });
  api.files.set('docs/1', Buffer.from('content'));
  api.push({ message: api.message(user, document('docs/1')) });
  await telegram.until(() => api.chat(user).length === 1, 'an answer');
  api.push({ message: api.message(user, document('docs/none')) });
  await telegram.until(() => api.chat(user).length === 2, 'a refusal');

  t.regex(api.texts(user)[0] ?? '', /inbox\/tg-4242-\d+-keys \/ content$/);
  t.regex(api.texts(user)[1] ?? '', /^⚠️ keys could not be fetched/);
});

test('a file of the agent comes as a document with its text', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'file');
  await telegram.until(() => api.chat(user).length === 1, 'a document');

  const [shown] = api.chat(user);
  t.is(shown?.text, 'Here it is');
  t.is(shown?.upload?.name, 'report.txt');
  t.is(shown?.upload?.bytes.toString(), 'the report');
});

test('a very long answer is a document with all of it; a blank one is visible', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'long');
  await telegram.until(() => api.chat(user).length === 1, 'a document');
  api.say(user, 'blank');
  await telegram.until(() => api.chat(user).length === 2, 'something visible');

  const [shown, blank] = api.chat(user);
  const lines = shown?.upload?.bytes.toString().split('\n') ?? [];
  t.is(shown?.upload?.name, 'answer.md');
  t.is(lines.length, 2000);
  t.is(lines.at(-1), 'line 02000 of a very long answer');
  t.is(blank?.text, '␣');
});

test('a turn that fails is said with the reason and what to do; the agent goes on with the next message', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'crash');
  await telegram.until(() => api.chat(user).length === 1, 'a failure');
  api.say(user, 'hello');
  const isAnswer = (text: string) => text.startsWith('got: ') && text.endsWith('hello');
  await telegram.until(() => api.texts(user).some(isAnswer), 'an answer');

  t.regex(
    api.texts(user)[0] ?? '',
    /^⚠️ The agent ended in the middle of the turn.*Send the message again/,
  );
  t.true(api.texts(user).some((text) => text.startsWith('▶️ line goes on where it left off')));
  t.true(api.texts(user).some((text) => text.includes('a digest of what was said')));
});

test('an edited message is a correction', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const message = api.message(user, { text: 'hello', edit_date: 5 });
  api.push({ edited_message: message as never });
  await telegram.until(() => api.chat(user).length === 1, 'an answer');

  t.deepEqual(api.texts(user), ['got: ✏️ hello']);
});

test('in a group the bot answers when it is addressed, and tells who speaks', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const chat = { id: -77, type: 'supergroup', title: 'Team' } as const;
  const entities = [{ type: 'mention', offset: 0, length: 22 } as const];
  api.say(user, 'not for the bot', { chat } as never);
  api.say(user, '/status', { chat } as never);
  api.say(user, '@orchestrator_test_bot hello', { chat, entities } as never);
  await telegram.until(() => api.chat(-77).length === 1, 'an answer');
  api.say(user, '/mode@orchestrator_test_bot wait', { chat } as never);
  await telegram.until(() => api.chat(-77).length === 2, 'a mode');

  t.deepEqual(api.texts(-77), [`got: User ${user}: hello`, '✅ wait until it is done']);
  t.deepEqual(api.texts(user), [], 'nothing in private');
});

test('E1: in a topic of a forum the answer, a command’s reply and “typing” come where was asked', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const chat = { id: -77, type: 'supergroup', title: 'Team', is_forum: true } as const;
  const topic = { chat, message_thread_id: 9, is_topic_message: true };
  const entities = [{ type: 'mention', offset: 0, length: 22 } as const];
  const before = api.calls.length;
  const inTopic = (method: string) =>
    api.calls
      .slice(before)
      .filter((call) => call.method === method && call.payload.chat_id === '-77')
      .map(({ payload }) => [payload.text ?? payload.action, payload.message_thread_id]);
  api.say(user, '@orchestrator_test_bot hello', { ...topic, entities } as never);
  await telegram.until(() => inTopic('sendMessage').length === 1, 'an answer');
  api.say(user, '/mode@orchestrator_test_bot wait', topic as never);
  await telegram.until(() => inTopic('sendMessage').length === 2, 'a reply');

  t.deepEqual(inTopic('sendMessage'), [
    [`got: User ${user}: hello`, 9],
    ['✅ wait until it is done', 9],
  ]);
  t.deepEqual(inTopic('sendChatAction')[0], ['typing', 9]);
});

test('a press in a group that has become another counts there, wherever the button stands', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  const [old, present] = [-78, -100_78];
  const chat = { id: old, type: 'group', title: 'Moving' } as const;
  const entities = [{ type: 'mention', offset: 0, length: 22 } as const];
  const asks = async () => {
    const before = api.chat(old).length;
    api.say(user, '@orchestrator_test_bot ask', { chat, entities } as never);
    await telegram.until(() => api.chat(old).length > before, 'a question');
    return api.chat(old).at(-1);
  };
  const [first, second] = [await asks(), await asks()];
  if (first === undefined || second === undefined) return t.fail();
  api.say(user, '/mode@orchestrator_test_bot', { chat } as never);
  await telegram.until(() => api.chat(old).length === 3, 'the modes');
  const [, , modes] = api.chat(old);
  if (modes === undefined) return t.fail();
  const there = { ...chat, id: present, type: 'supergroup' } as const;
  api.push({ message: api.message(user, { chat, migrate_to_chat_id: present } as never) });
  api.push({ message: api.message(user, { chat: there, migrate_from_chat_id: old } as never) });

  const [red, blue] = first.buttons.map(({ data }) => data);
  api.press(user, first, blue ?? '');
  api.press(user, { ...second, chatId: String(present) }, second.buttons[0]?.data ?? '');
  api.press(user, first, red ?? '');
  api.press(user, modes, 'm:wait');
  await telegram.until(
    () => ['Blue', 'Red'].every((each) => api.texts(present).includes(`got: ${each}`)),
    'the answers to both',
  );
  api.say(user, '/mode@orchestrator_test_bot', { chat: there } as never);
  await telegram.until(() => api.texts(present).some((text) => /wait/.test(text)), 'the mode');

  const sent = ofType(await history(await system.log()), 'command.send').filter(({ data }) =>
    [old, present].map(String).includes(data.from?.userId ?? ''),
  );
  t.deepEqual(
    sent
      .slice(2)
      .map(({ data }) => [data.text, data.from?.userId])
      .toSorted(),
    [
      ['Blue', String(present)],
      ['Red', String(present)],
    ],
  );
});
