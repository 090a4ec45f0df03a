import '../support/measured-children.ts';
import { join } from 'node:path';
import test from 'ava';
import type { StoredEvent } from '../../schemas/event.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { sharedBotSystem } from '../support/telegram/shared-system.ts';

const AGENT = join(import.meta.dirname, '..', 'support', 'agents', 'chat-agent.sh');
const USERS = Array.from({ length: 13 }, (_, index) => 8001 + index);

const running = sharedBotSystem(test, {
  TELEGRAM_ALLOWED_USERS: USERS.join(','),
  ORCHESTRATOR_AGENT: 'line',
  ORCHESTRATOR_LINE_COMMAND: `exec bash ${AGENT}`,
});

let used = 0;
const newUser = (): number => USERS[used++] ?? 0;

test('the menu is set in English and in Russian', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const menus = () => api.calls.filter(({ method }) => method === 'setMyCommands');
  await telegram.until(() => menus().length === 2, 'both menus');

  const [english, russian] = menus().map(({ payload }) => payload);
  t.is(english?.language_code, undefined);
  t.is(russian?.language_code, 'ru');
  t.regex(JSON.stringify(russian?.commands), /"status","description":"Чем занят ваш агент"/);
});

test('the bot speaks the language of who writes', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const from = { id: user, is_bot: false, first_name: 'Аня', language_code: 'ru' };
  api.say(user, '/start', { from });
  api.say(user, '/status', { from });
  api.say(user, 'crash', { from });
  await telegram.until(() => api.chat(user).length === 3, 'replies');

  t.regex(api.texts(user)[0] ?? '', /^Здравствуйте!/);
  t.regex(api.texts(user)[1] ?? '', /^Сейчас у вас нет агента/);
});

test('/status, /logs, /extend and /help tell what is, and are refused with how they are used', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, '/help');
  api.say(user, '/logs');
  await telegram.until(() => api.chat(user).length === 2, 'replies without an agent');
  api.say(user, 'slow');
  const log = await system.log();
  await untilEvent(
    log,
    ({ type, data }) =>
      type === 'command.send' && 'from' in data && data.from?.userId === String(user),
  );
  await telegram.until(() => api.texts(user).includes('slow done'), 'the answer');
  for (const command of ['/status', '/extend 4h', '/extend soon', '/logs many', '/logs 5']) {
    api.say(user, command);
  }
  await telegram.until(() => api.chat(user).length === 8, 'replies');

  const [help, none, , status, extended, badExtend, badLogs, logs] = api.texts(user);
  t.regex(help ?? '', /\/new: Start a new agent/);
  t.regex(none ?? '', /no agent at the moment/);
  t.regex(
    status ?? '',
    /^line: (idle|working for \S+), \d+h(\d+m)? of life left\nagent-[0-9a-f]{12}$/,
  );
  t.is(extended, '⏳ Extended: 4h from now.');
  t.is(badExtend, 'Usage: /extend [2h]');
  t.is(badLogs, 'Usage: /logs [1-500]');
  t.regex(logs ?? '', /TOOL_CALL: answer|printed nothing/);
  t.is(ofType(await history(log), 'command.extend').at(-1)?.data.ttlMs, 14_400_000);
});

test('/search finds what was said in the chat, and nothing of another', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const [user, other] = [newUser(), newUser()];
  api.say(other, '/search needle');
  api.say(user, 'a needle\nin a haystack');
  await telegram.until(() => api.texts(user).length === 1, 'an answer');
  api.say(user, '/search NEEDLE in');
  api.say(user, '/search camel');
  api.say(user, '/search');
  api.say(other, '/search needle');
  await telegram.until(() => api.chat(user).length === 4, 'what was found');
  await telegram.until(() => api.chat(other).length === 2, 'that nothing was');

  const [, inLine, camel, usage] = api.texts(user);
  t.regex(inLine ?? '', /👤 a needle in a haystack/);
  t.is(camel, 'Nobody said that here.');
  t.is(usage, 'Usage: /search <text>');
  t.deepEqual(api.texts(other), ['Nobody said that here.', 'Nobody said that here.']);
  api.say(user, '/search needle');
  await telegram.until(() => api.chat(user).length === 5, 'what was found');
  const [asked, answered] = (api.texts(user)[4] ?? '')
    .split('\n')
    .filter((line) => /needle/.test(line));
  t.regex(api.texts(user)[4] ?? '', /^Found 2 \(times are UTC\):/);
  t.regex(asked ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d 👤 a needle in a haystack$/);
  t.regex(answered ?? '', /🤖 got: a needle/);
});

test('/new makes a further agent, /agents switches back, and each keeps its own', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'one');
  await telegram.until(() => api.texts(user).includes('got: one'), 'an answer');
  api.say(user, '/new nonsense');
  api.say(user, '/new line');
  api.say(user, '/agents');
  await telegram.until(() => api.chat(user).length === 4, 'the list');
  const list = api.chat(user).at(-1);
  if (list === undefined) return t.fail();
  t.regex(api.texts(user)[1] ?? '', /no kind “nonsense”\. Kinds: acp, .*, line\./);
  t.is(list.buttons.length, 2);
  const first = list.buttons.find(({ text }) => !text.startsWith('▶'));
  api.press(user, list, first?.data ?? '');
  await telegram.until(() => list.buttons.length === 0, 'the press to be shown');
  api.say(user, 'two');
  await telegram.until(() => api.texts(user).includes('got: two'), 'an answer');

  const events = await history(await system.log());
  const sent = ofType(events, 'command.send').filter(
    ({ data }) => data.from?.userId === String(user),
  );
  t.is(sent[0]?.subject, sent[1]?.subject, 'both went to the first agent');
});

test('/resume lists conversations that have ended, with their last words; a button goes on with one', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  const said = (text: string, reply: RegExp) => telegram.exchange(user, text, reply);
  await said('/resume', /^There is no earlier conversation/);
  await said('one', /^got: one$/);
  const log = await system.log();
  await said('/stop', /^⏹/);
  const [agentId = ''] = (await ofUser(log, user)).map(({ subject }) => subject.split('.')[1]);
  const isEnd = ({ type, subject }: StoredEvent) =>
    type === 'process.stopped' && subject.includes(agentId);
  await untilEvent(log, isEnd, AbortSignal.timeout(30_000));
  await said('/new line', /^🆕/);
  await said('/resume', /Earlier conversations/);
  const list = api.chat(user).at(-1);
  if (list === undefined) return t.fail();
  t.regex(list.text, /line.*: got: one/);
  t.is(list.buttons.length, 1);
  api.press(user, list, list.buttons[0]?.data ?? '');
  await telegram.until(() => list.buttons.length === 0, 'the press to be shown');
  api.say(user, 'two');
  const isAnswer = (text: string) => text.startsWith('got: ') && text.endsWith('two');
  await telegram.until(() => api.texts(user).some(isAnswer), 'an answer');
  const sent = (await ofUser(log, user)).filter(({ type }) => type === 'command.send');
  t.is(sent[0]?.subject, sent.at(-1)?.subject, 'the first one goes on');
});

/** What was said to, and became of, the agents of a user. */
async function ofUser(log: Parameters<typeof history>[0], user: number) {
  const events = await history(log);
  const own = ofType(events, 'command.create')
    .filter(({ data }) => data.owner?.userId === String(user))
    .map(({ subject }) => subject.split('.')[1] ?? '');
  return events.filter(({ subject }) => own.some((agentId) => subject.includes(agentId)));
}

test('D9: an agent has a name, which its button, its answers and the commands bear', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  const said = (text: string, reply: RegExp) => telegram.exchange(user, text, reply);
  await said('one', /^got: one$/);
  await said('/new line My shop', /^🆕 My shop \(line\) is starting/);
  await said('/new line my SHOP', /You have an agent “my SHOP” already/);
  await said('/new line a*b', /^A name is 1 to 40 letters/);
  await said('/agents', /Your agents/);
  t.deepEqual(
    api
      .chat(user)
      .at(-1)
      ?.buttons.map(({ text }) => text),
    ['line', '▶ My shop (line)'],
  );
  api.say(user, 'slow');
  await said('/agents line', /^Your messages go to line now/);
  await telegram.until(() => api.texts(user).some((each) => /slow done/.test(each)), 'an answer');
  t.is(
    api.texts(user).find((each) => /slow done/.test(each)),
    '[My shop]\nslow done',
  );
  await said('/status my shop', /^My shop \(line\): idle/);
  await said('/stop nobody', /You have no agent “nobody”/);
  await said('/stop my shop', /Stopping/);
  await said('two', /^got: two$/);
});

test('/new takes a model, and so does a button of /model', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'one');
  await telegram.until(() => api.texts(user).includes('got: one'), 'an answer');
  api.say(user, '/model');
  api.say(user, '/new codex gpt-5.4 My shop');
  const isThere = (words: string) => () => api.texts(user).some((each) => each.includes(words));
  await telegram.until(isThere('no model to choose'), 'that this kind has none');
  await telegram.until(isThere('🆕 My shop (codex · gpt-5.4) is starting'), 'the new agent');
  api.say(user, '/agents line');
  api.say(user, '/agents');
  await telegram.until(() => api.chat(user).some(({ buttons }) => buttons.length > 0), 'the list');
  const list = api.chat(user).find(({ buttons }) => buttons.length > 0);
  if (list === undefined) return t.fail();
  api.press(user, list, 'n:droid:custom:mine:1');
  await telegram.until(isThere('(droid · custom:mine:1)'), 'the press to be shown');

  const made = ofType(await history(await system.log()), 'command.create').filter(
    ({ data }) => data.owner?.userId === String(user),
  );
  t.deepEqual(
    made.map(({ data }) => [data.kind, data.model]),
    [
      ['line', undefined],
      ['codex', 'gpt-5.4'],
      ['droid', 'custom:mine:1'],
    ],
  );
});

test('/mode chooses what a message does while the agent works', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, '/mode');
  await telegram.until(() => api.chat(user).length === 1, 'the modes');
  const [modes] = api.chat(user);
  if (modes === undefined) return t.fail();
  t.deepEqual(
    modes.buttons.map(({ data }) => data),
    ['m:join', 'm:wait', 'm:interrupt'],
  );
  api.press(user, modes, 'm:wait');
  await telegram.until(() => modes.buttons.length === 0, 'the press to be shown');
  api.say(user, 'one');
  await telegram.until(() => api.texts(user).includes('got: one'), 'an answer');

  const events = await history(await system.log());
  const sent = ofType(events, 'command.send').find(
    ({ data }) => data.from?.userId === String(user),
  );
  t.is(sent?.data.mode, 'wait');
});

test('/interrupt and /stop reach the agent', async (t) => {
  const { telegram, system } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, 'one');
  await telegram.until(() => api.texts(user).includes('got: one'), 'an answer');
  api.say(user, '/stop');
  api.say(user, '/interrupt');
  await telegram.until(() => api.texts(user).length >= 3, 'a word that it is so');

  const log = await system.log();
  const stop = ofType(await history(log), 'command.stop').find(
    ({ data }) => data.from?.userId === String(user),
  );
  const agent = stop?.subject.split('.')[1] ?? '-';
  const stopped = await untilEvent(
    log,
    ({ type, subject }) => type === 'process.stopped' && subject.includes(agent),
  );
  t.like(stopped.data, { reason: 'stop' });
  t.true(
    ofType(await history(log), 'command.interrupt').some(({ subject }) => subject.includes(agent)),
  );
});

test('a button of nothing is answered, and does nothing', async (t) => {
  const { telegram } = running();
  const { api } = telegram;
  const user = newUser();
  api.say(user, '/mode');
  await telegram.until(() => api.chat(user).length === 1, 'something with buttons');
  const [modes] = api.chat(user);
  if (modes === undefined) return t.fail();
  const answers = () => api.calls.filter(({ method }) => method === 'answerCallbackQuery').length;
  const before = answers();

  for (const data of ['x', 'a:0:unknown', 'm:never', 's:agent-000000000000']) {
    api.press(user, modes, data);
  }
  await telegram.until(() => answers() === before + 4, 'each press to be answered');

  t.is(modes.buttons.length, 3);
});
