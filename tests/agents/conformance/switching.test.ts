import test from 'ava';
import type { ModelScript } from '../../support/model-server/model-request.ts';
import { answersEach } from '../../support/model-server/scripts.ts';
import { processes } from '../../support/process-tree.ts';
import type { Shown } from '../../support/telegram/bot-api.ts';
import { type AgentChat, openChat } from './support/agent-chat.ts';
import {
  type AgentKind,
  CLAUDE,
  CODEX,
  DROID,
  GEMINI,
  PLANTED_KEY,
} from './support/agent-kinds.ts';
import { PATIENCE_MS } from './support/patience.ts';

const KINDS = [CLAUDE, CODEX, GEMINI, DROID];
const TEST_TIMEOUT_MS = 3 * PATIENCE_MS;

const isText =
  (wanted: string) =>
  ({ text }: Shown) =>
    text === wanted;
const isFailure = ({ text }: Shown) => text.startsWith('⚠️');
const isStart = ({ text }: Shown) => text.startsWith('🆕');

test('one chat goes through Claude, Codex, Gemini and Droid, and nothing in it differs', async (t) => {
  t.timeout(TEST_TIMEOUT_MS);
  const chat = await openChat(t, KINDS);
  const keyed = new Set<string>();
  chat.model.script = (request) => {
    // A turn is running: this is when a key would stand in a command line.
    for (const { command } of processes()) if (command.includes(PLANTED_KEY)) keyed.add(command);
    return answersEach(request);
  };

  const transcripts: unknown[][] = [];
  for (const kind of KINDS) {
    await chat.say(`/new ${kind.kind}`, isStart);
    await chat.say('MSG[one] please answer', isText('<one> of one'));
    await chat.say('MSG[two] and what was before?', isText('<two> of one,two'));
    transcripts.push(chat.transcript(kind));
  }

  const [first = [], ...others] = transcripts;
  t.is(first.length, 6, 'three messages of the user, and a reply to each');
  for (const other of others) t.deepEqual(other, first);
  const keys = new Set(
    chat.model.requests.map(({ api, key }) => `${api} ${key.includes(PLANTED_KEY)}`),
  );
  t.deepEqual([...keys].sort(), ['anthropic true', 'gemini true', 'openai true']);
  t.deepEqual([...keyed], []);
  t.deepEqual(await chat.leaks(), []);
});

test('a press of a button answers the waiting question of each, and it goes on', async (t) => {
  t.timeout(TEST_TIMEOUT_MS);
  const permissions = KINDS.map(({ kind }) => [
    `ORCHESTRATOR_${kind.toUpperCase()}_PERMISSIONS`,
    'ask',
  ]);
  const chat = await openChat(t, KINDS, Object.fromEntries(permissions));
  chat.model.script = asksForColour;

  const transcripts: unknown[][] = [];
  for (const kind of KINDS) transcripts.push(await chooseColour(chat, kind));

  const [first = [], ...others] = transcripts;
  t.is(first.length, 6);
  for (const other of others) t.deepEqual(other, first);
  t.deepEqual(await chat.leaks(), []);
});

async function chooseColour(chat: AgentChat, kind: AgentKind): Promise<unknown[]> {
  await chat.say(`/new ${kind.kind}`, isStart);
  const question = await chat.say('MSG[one] paint it', isText('❓ Which colour?'));
  await chat.press(question, 'Blue', isText('Painted Blue.'));
  return chat.transcript(kind);
}

/** Asks the user, waits for what is chosen, and says it. */
const asksForColour: ModelScript = ({ parts, tools }) => {
  if (tools.length === 0) return { do: 'say', text: 'A title.' };
  const called = (command: string) =>
    parts.some(({ from, text }) => from === 'model' && text.includes(command));
  if (!called('orchestrator ask')) {
    const command = "orchestrator ask --wait --option Red --option Blue 'Which colour?'";
    return { do: 'shell', command };
  }
  if (called('orchestrator answer')) return { do: 'say', text: 'Done.' };
  const results = parts.filter(({ from }) => from === 'tool').map(({ text }) => text);
  const [, colour = 'nothing'] = /^(?:Output: )?(Red|Blue)$/m.exec(results.join('\n')) ?? [];
  return { do: 'shell', command: `orchestrator answer 'Painted ${colour}.'` };
};

test('/new tells the kinds that there are, and one that cannot start says why in the chat', async (t) => {
  t.timeout(TEST_TIMEOUT_MS);
  const chat = await openChat(t, [CODEX], {}, { 'droid/.factory/settings.json': PLANTED_KEY });
  const offered = await chat.say('/new nonsense', ({ text }) => text.includes('nonsense'));
  for (const { kind } of KINDS) t.true(offered.text.includes(kind), offered.text);

  // Nobody has set its command line.
  await chat.say('/new acp', isStart);
  const refused = await chat.told(isFailure);
  t.regex(refused.text, /could not be started.*ORCHESTRATOR_ACP_COMMAND/s);

  await chat.say('/new droid', isStart);
  const broken = await chat.told(isFailure);
  t.regex(broken.text, /could not be started.*settings\.json of its login is not JSON/s);

  await chat.say('/new codex', isStart);
  await chat.say('MSG[one] please answer', isText('<one> of one'));
  t.deepEqual(await chat.leaks(), []);
});
