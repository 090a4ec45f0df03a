import test, { type ExecutionContext } from 'ava';
import { type Played, playTranscript } from '../../support/transcripts/play-transcript.ts';
import type { Line, TranscriptEntry } from '../../support/transcripts/transcript.ts';
import { readTranscript } from '../../support/transcripts/transcript.ts';
import {
  cliEnds,
  cliSays,
  cliStarts,
  driverWrites,
  hostIsTold,
  hostStates,
  written,
} from '../../support/transcripts/written-entries.ts';

/** Plays what a test has written, from a CLI that is ready. */
const play = (
  t: ExecutionContext,
  kind: string,
  entries: TranscriptEntry[],
  scenario?: string,
): Promise<Played> => playTranscript(t, written(kind, entries, scenario));

const QUESTION = { options: ['once', 'for this session', 'always', 'no'] };
const asks = (what: string): TranscriptEntry =>
  hostStates({ question: `May I do this?\n${what}`, ...QUESTION });

const HELLO = hostIsTold({ message: 'hello' });
const problem = (code: string, detail: string): TranscriptEntry =>
  hostStates({ turnEnd: { problem: { code, detail } } });

/** The members that every message of Droid has. */
const DROID = { jsonrpc: '2.0', factoryApiVersion: '1.0.0' };
const droidAsks = (id: string, method: string, params: Line): TranscriptEntry =>
  driverWrites({ ...DROID, type: 'request', id, method, params });
const droidTells = (notification: Line): TranscriptEntry =>
  cliSays({ ...DROID, method: 'droid.session_notification', params: { notification } });

/** `<uuid-2>` is the thread, which is begun when it is ready. */
const CODEX_START = driverWrites({
  id: '3',
  method: 'turn/start',
  params: { threadId: '<uuid-2>', input: [{ type: 'text', text: 'hello' }] },
});

for (const kind of ['claude', 'codex', 'droid', 'gemini', 'acp']) {
  test(`${kind}: a crash before a message was answered is told once, and the next goes on`, async (t) => {
    const { head, entries } = readTranscript(kind, 'crash');
    const sent = entries.findIndex(
      (entry) => 'do' in entry && JSON.stringify(entry.do).includes('MSG[two]'),
    );
    const crash = entries.findIndex((entry) => 'exit' in entry);
    const unanswered = entries.filter(
      (entry, index) => index < sent || index > crash || !('out' in entry),
    );
    const { told } = await playTranscript(t, { head, entries: unanswered });
    t.is(told.filter((each) => 'turnEnd' in each && each.turnEnd.problem).length, 1);
  });
}

test('a request that a driver does not know is refused as JSON-RPC has it', async (t) => {
  const refusal = (method: string) => ({
    error: { code: -32601, message: `${method} is not supported` },
  });
  await play(t, 'codex', [
    cliSays({ id: 7, method: 'item/tool/call', params: {} }),
    driverWrites({ id: 7, ...refusal('item/tool/call') }),
  ]);
  await play(t, 'droid', [
    cliSays({ ...DROID, type: 'request', id: 'a', method: 'droid.ask_user', params: {} }),
    driverWrites({ ...DROID, type: 'response', id: 'a', ...refusal('droid.ask_user') }),
  ]);
  t.pass();
});

test('codex: a turn that is refused ends with the reason', async (t) => {
  await play(t, 'codex', [
    HELLO,
    CODEX_START,
    cliSays({ id: '3', error: { code: -32600, message: 'thread not found' } }),
    problem('ORC_MODEL_ERROR', 'thread not found'),
  ]);
  t.pass();
});

test('codex: an interrupt that is refused is in the log, and the turn goes on', async (t) => {
  const interrupt = { threadId: '<uuid-2>', turnId: 'turn-1' };
  const { log } = await play(t, 'codex', [
    HELLO,
    CODEX_START,
    cliSays({ id: '3', result: { turn: { id: 'turn-1' } } }),
    hostIsTold('interrupt'),
    driverWrites({ id: '4', method: 'turn/interrupt', params: interrupt }),
    cliSays({ id: '4', error: { code: -32600 } }),
    cliSays({ method: 'turn/completed', params: { turn: { id: 'turn-1', status: 'completed' } } }),
    hostStates({ turnEnd: {} }),
  ]);
  t.true(log.includes('the interrupt was refused: Error: {"code":-32600}'), log.join('\n'));
});

test('codex: a command is asked for without the shell around it, other tools by what they do', async (t) => {
  const commands = [
    [`/bin/bash -lc "echo \\"\\$HOME\\""`, 'echo "$HOME"'],
    [`bash -c 'it'\\''s'`, `it's`],
    ['/bin/sh -c ls', 'ls'],
    ['python3 x.py', 'python3 x.py'],
  ];
  const approvals = commands.map(([command = '', what = '']) => ({
    method: 'item/commandExecution/requestApproval',
    params: { command },
    what,
  }));
  const all = [
    ...approvals,
    { method: 'item/fileChange/requestApproval', params: {}, what: 'edit: change files' },
    { method: 'item/fileChange/requestApproval', params: { reason: 'why' }, what: 'edit: why' },
  ];
  const entries = all.flatMap(({ method, params, what }, id) => [
    cliSays({ id, method, params }),
    asks(what),
    hostIsTold({ answer: id % 2 === 0 ? 'once' : 'no' }),
    driverWrites({ id, result: { decision: id % 2 === 0 ? 'accept' : 'decline' } }),
  ]);
  await play(t, 'codex', entries, 'permissions');
  t.pass();
});

test('droid: a message that is refused ends the turn with the reason', async (t) => {
  await play(t, 'droid', [
    HELLO,
    droidAsks('2', 'droid.add_user_message', { text: 'hello' }),
    cliSays({ ...DROID, type: 'response', id: '2', error: { message: 'no api key' } }),
    problem('ORC_MODEL_LOGIN', 'no api key'),
  ]);
  t.pass();
});

test('droid: an interrupt that is refused is in the log, and the turn goes on', async (t) => {
  const { log } = await play(t, 'droid', [
    HELLO,
    droidAsks('2', 'droid.add_user_message', { text: 'hello' }),
    cliSays({ ...DROID, type: 'response', id: '2', result: {} }),
    hostIsTold('interrupt'),
    droidAsks('3', 'droid.interrupt_session', {}),
    cliSays({ ...DROID, type: 'response', id: '3', error: { message: 'nothing runs' } }),
    droidTells({
      type: 'create_message',
      message: { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    }),
    droidTells({ type: 'agent_turn_completed', reason: 'error' }),
    droidTells({ type: 'droid_working_state_changed', newState: 'idle' }),
    problem('ORC_MODEL_ERROR', 'error'),
  ]);
  t.true(log.includes('the interrupt was refused: Error: nothing runs'));
});

test('droid: a tool without a command is asked for by its input', async (t) => {
  const tools: [Line, string][] = [
    [{ toolUse: { name: 'Edit', input: { path: 'a' } } }, 'Edit: {"path":"a"}'],
    [{ toolUse: { name: 'Edit' }, details: { type: 'edit' } }, 'Edit: {"type":"edit"}'],
    [{ toolUse: { name: 'Execute', input: { command: 'ls' } } }, 'ls'],
  ];
  const entries = tools.flatMap(([use, what], index) => [
    cliSays({
      ...DROID,
      type: 'request',
      id: `p${index}`,
      method: 'droid.request_permission',
      params: { toolUses: [use] },
    }),
    asks(what),
    hostIsTold({ answer: 'no' }),
    driverWrites({
      ...DROID,
      type: 'response',
      id: `p${index}`,
      result: { selectedOption: 'cancel' },
    }),
  ]);
  await play(t, 'droid', entries, 'permissions');
  t.pass();
});

test('claude: what it does is in the log, in whatever form it says it', async (t) => {
  const { log } = await play(t, 'claude', [
    cliSays({ type: 'something new' }),
    cliSays({ type: 'system', subtype: 'api_retry', error: 'connection' }),
    cliSays({
      type: 'assistant',
      message: { content: [{ type: 'tool_use', name: 'Read', input: { file_path: 'a' } }] },
    }),
    cliSays({
      type: 'user',
      message: {
        content: [{ type: 'tool_result', content: [{ type: 'text', text: 'one\ntwo' }] }],
      },
    }),
  ]);
  t.deepEqual(log, [
    'the model does not answer (connection), trying again',
    'Read: {"file_path":"a"}',
    '  one two',
  ]);
});

test('D11: each driver tells when its CLI tries its model again, and why', async (t) => {
  const error = { message: 'Reconnecting... 1/5', additionalDetails: 'no route' };
  const retries: [string, TranscriptEntry, string][] = [
    [
      'claude',
      cliSays({ type: 'system', subtype: 'api_retry', error_status: 529, error: 'overloaded' }),
      '529 overloaded',
    ],
    [
      'codex',
      cliSays({ method: 'error', params: { willRetry: true, error } }),
      'Reconnecting... 1/5: no route',
    ],
    ['droid', droidTells({ type: 'llm_retry', reason: 'busy' }), 'busy'],
  ];
  for (const [kind, retry, reason] of retries) {
    const { log } = await play(t, kind, [retry]);
    t.true(log.includes(`the model does not answer (${reason}), trying again`), log.join('\n'));
  }
});

test('D3, claude: what a command of the CLI says is the answer, said before the turn ends', async (t) => {
  const commands: [string, string, string][] = [
    ['/cost', 'Estimated cost: $0.0000', 'Estimated cost: $0.0000'],
    ['/clear', '', 'Done.'],
  ];
  const entries = commands.flatMap(([command, result, said], index) => {
    const uuid = `<uuid-${index + 2}>`;
    const ended = {
      is_error: false,
      num_turns: 0,
      stop_reason: null,
      queued_turn_count: 0,
      result,
    };
    const lastMessage = result === '' ? {} : { lastMessage: result };
    return [
      hostIsTold({ message: command }),
      driverWrites({ type: 'user', uuid, message: { role: 'user', content: command } }),
      cliSays({ type: 'command_lifecycle', command_uuid: uuid, state: 'started' }),
      cliSays({ type: 'result', subtype: 'success', ...ended }),
      cliSays({ type: 'command_lifecycle', command_uuid: uuid, state: 'completed' }),
      hostStates({ said }),
      hostStates({ turnEnd: lastMessage }),
    ];
  });
  await play(t, 'claude', entries);
  t.pass();
});

const ACP = { jsonrpc: '2.0' };
const acpAsks = (id: number, method: string, params: Line): TranscriptEntry =>
  driverWrites({ ...ACP, id, method, params });
const ACP_PROMPT = acpAsks(2, 'session/prompt', {
  sessionId: '<uuid-1>',
  prompt: [{ type: 'text', text: 'hello' }],
});

const acpBegins = (agentCapabilities: Line): TranscriptEntry[] => [
  cliStarts('gemini', '--acp', '--skip-trust', '--yolo'),
  acpAsks(0, 'initialize', { protocolVersion: 1, clientCapabilities: {} }),
  cliSays({ ...ACP, id: 0, result: { protocolVersion: 1, agentCapabilities } }),
];

test('acp: a model that refuses to go on is told', async (t) => {
  await play(t, 'gemini', [
    HELLO,
    ACP_PROMPT,
    cliSays({ ...ACP, id: 2, result: { stopReason: 'refusal' } }),
    problem('ORC_MODEL_ERROR', 'the model refused to go on'),
  ]);
  t.pass();
});

const acpSays = (update: Line): TranscriptEntry =>
  cliSays({ ...ACP, method: 'session/update', params: { sessionId: '<uuid-1>', update } });
const chunk = (text: string): TranscriptEntry =>
  acpSays({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });

test('D3, acp: what a command of the CLI says is the answer, where no tool of the model was used', async (t) => {
  const asked = (id: number, text: string) => [
    hostIsTold({ message: text }),
    acpAsks(id, 'session/prompt', { sessionId: '<uuid-1>', prompt: [{ type: 'text', text }] }),
  ];
  const ends = (id: number, lastMessage: string) => [
    cliSays({ ...ACP, id, result: { stopReason: 'end_turn' } }),
    hostStates({ turnEnd: { lastMessage } }),
  ];
  const [prompt, end] = ends(2, 'version 1');
  const tool = { sessionUpdate: 'tool_call', toolCallId: 'c1', title: 'orchestrator answer …' };
  await play(t, 'gemini', [
    ...asked(2, '/about'),
    chunk('version '),
    chunk('1'),
    ...(prompt && end ? [prompt, hostStates({ said: 'version 1' }), end] : []),
    ...asked(3, '/review main'),
    acpSays(tool),
    chunk('It has answered.'),
    ...ends(3, 'It has answered.'),
    ...asked(4, '/etc/hosts is empty'),
    chunk('Is it?'),
    ...ends(4, 'Is it?'),
  ]);
  t.pass();
});

test('acp: what it asks for is told by its command, else by its title, and answered by an option', async (t) => {
  const once = { optionId: 'o', name: 'Once', kind: 'allow_once' };
  const always = { optionId: 'a', name: 'Always', kind: 'allow_always' };
  const never = { optionId: 'n', name: 'Never', kind: 'reject_always' };
  const selected = (optionId: string) => ({ outcome: 'selected', optionId });
  const requests: [Line, Line[], string, string, Line][] = [
    [{ rawInput: { command: 'ls' } }, [once], 'ls', 'once', selected('o')],
    [{ kind: 'execute', title: 'ls [in /x] (list)' }, [always], 'ls', 'once', selected('a')],
    [{ kind: 'edit', title: 'a.txt' }, [never], 'edit: a.txt', 'no', selected('n')],
    [{}, [once], 'other: use a tool', 'no', { outcome: 'cancelled' }],
  ];
  const entries = requests.flatMap(([toolCall, options, what, answer, outcome], id) => [
    cliSays({
      ...ACP,
      id,
      method: 'session/request_permission',
      params: {
        sessionId: '<uuid-1>',
        toolCall: { toolCallId: `c${id}`, ...(toolCall as object) },
        options,
      },
    }),
    asks(what),
    hostIsTold({ answer }),
    driverWrites({ ...ACP, id, result: { outcome } }),
  ]);
  await play(t, 'gemini', entries, 'permissions');
  t.pass();
});

test('acp: an agent that closes its stdout and does not end is ended, and the crash is told', async (t) => {
  await play(t, 'gemini', [
    HELLO,
    ACP_PROMPT,
    cliSays(null),
    cliEnds(null),
    problem('ORC_AGENT_CRASHED', 'killed by SIGKILL'),
    ...acpBegins({ loadSession: true }),
    acpAsks(1, 'session/load', { sessionId: '<uuid-1>', cwd: '<workspace>', mcpServers: [] }),
    cliSays({ ...ACP, id: 1, result: {} }),
  ]);
  t.pass();
});

test('acp: an agent that cannot load a session begins a new one after a crash, and its user is told', async (t) => {
  const { sessions } = await play(t, 'gemini', [
    cliEnds(1),
    ...acpBegins({}),
    cliEnds(null),
    hostStates({
      notice: 'I had to start anew after a crash, and do not remember what we talked about.',
    }),
    ...acpBegins({}),
    acpAsks(1, 'session/new', { cwd: '<workspace>', mcpServers: [] }),
    cliSays({ ...ACP, id: 1, result: { sessionId: 'another' } }),
  ]);
  t.is(sessions.length, 3);
  t.is(sessions[2], undefined);
});

test('a program that is not there is said to be the problem', async (t) => {
  const { head } = readTranscript('gemini', 'two-messages');
  const order = { ...head.order, command: ['no-such-program'] as [string] };
  const notReady = 'it ended with code 127 before it was ready: spawn no-such-program ENOENT';
  const { code } = await playTranscript(t, {
    head: { ...head, order },
    entries: [hostStates({ notReady })],
  });
  t.is(code, 1);
});
