import { spawnSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { isAgentEventId, newAgentId } from '../../schemas/ids.ts';
import { agentShell } from '../support/agent-shell.ts';
import { anyCharacter } from '../support/any-character.ts';
import { history, ofType } from '../support/history.ts';
import { programOf } from '../support/programs.ts';
import { oneLine, runHere } from './run-here.ts';

const MAIN = programOf('orchestrator');

test('an answer is stored, told on stderr as the plan has it, and prints nothing on stdout', async (t) => {
  const shell = await agentShell(t);

  const { code, stdout, stderr } = await shell.run(['answer', 'Done!']);

  t.is(code, 0, stderr);
  t.is(stdout, '');
  const [telemetry, done] = stderr.split('\n');
  t.regex(
    telemetry ?? '',
    new RegExp(
      `^\\[\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\] TOOL_CALL: answer agent_id=${shell.agentId}$`,
    ),
  );
  t.is(done, 'Answer sent');
  const [answer] = ofType(await history(shell.nats.log), 'response.answer');
  t.is(answer?.data.text, 'Done!');
  t.is(answer?.source, `orchestrator/agent/${shell.agentId}`);
  t.true(answer && isAgentEventId(shell.agentId, answer.id));
});

test('questions, progress and the older respond become their events', async (t) => {
  const shell = await agentShell(t);
  await shell.run(['ask', '--option', 'yes', '--option', 'no', 'Shall I?']);
  await shell.run(['respond', '-q', 'Really?']);
  await shell.run(['respond', 'Done.']);
  await shell.run(['progress', 'half way']);
  await shell.run(['turn', 'end']);
  await shell.run(['turn', 'end', '{"last-assistant-message":"bye"}']);
  await shell.run(['turn', 'end', 'not json']);

  const events = await history(shell.nats.log);

  const said = events.map(({ type, data }) => [type, data]);
  t.deepEqual(said, [
    ['response.question', { text: 'Shall I?', options: ['yes', 'no'] }],
    ['response.question', { text: 'Really?' }],
    ['response.answer', { text: 'Done.' }],
    ['response.progress', { text: 'half way' }],
    ['turn.signalled', {}],
    ['turn.signalled', { lastMessage: 'bye' }],
    ['turn.signalled', {}],
  ]);
});

test('--json prints the id and the place in the log', async (t) => {
  const shell = await agentShell(t);
  const { stdout } = await shell.run(['answer', '--json', 'hello']);
  const [answer] = ofType(await history(shell.nats.log), 'response.answer');
  t.deepEqual(JSON.parse(stdout), { id: answer?.id, sequence: answer?.sequence });
});

test('any text arrives byte for byte, by argument and by stdin', async (t) => {
  const shell = await agentShell(t);
  const texts = fc.sample(
    fc
      .string({ unit: anyCharacter, minLength: 1, maxLength: 200 })
      .filter((text) => !text.includes('\0')),
    { numRuns: 6, seed: 7 },
  );
  const awkward = ['--json', '"quotes" \'and\' `ticks` $(no)', 'two\nlines\n\nand more', '😀 ä\tö'];
  const all = [...awkward, ...texts].filter((text) => !/\r?\n$/.test(text) && text !== '-');
  for (const text of all) {
    const byArgument = await shell.run(['answer', '--', text]);
    t.is(byArgument.code, 0, byArgument.stderr);
    const byStdin = await shell.run(['answer', '-'], { input: text });
    t.is(byStdin.code, 0, byStdin.stderr);
  }
  const answers = ofType(await history(shell.nats.log), 'response.answer');
  t.deepEqual(
    answers.map(({ data }) => data.text),
    all.flatMap((text) => [text, text]),
  );
});

test('1 MB arrives whole; one line feed at the end of stdin is dropped', async (t) => {
  const shell = await agentShell(t);
  const text = 'äöü😀'.repeat(100_000);
  const { code, stderr } = await shell.run(['answer'], { input: `${text}\n` });
  t.is(code, 0, stderr);
  const [answer] = ofType(await history(shell.nats.log), 'response.answer');
  t.true(answer?.data.text === text);
});

test('bad input is one line with its exit code, and nothing is stored', async (t) => {
  const shell = await agentShell(t);
  const cases: [string[], Uint8Array[], Record<string, string>, string, number][] = [
    [['answer', ''], [], {}, 'ORC_EMPTY', 2],
    [['answer'], [Buffer.from('\n')], {}, 'ORC_EMPTY', 2],
    [['answer', '-'], [Uint8Array.of(0x68, 0xff, 0xfe)], {}, 'ORC_NOT_UTF8', 2],
    [['answer', 'x'], [], { ORCHESTRATOR_AGENT_ID: '' }, 'ORC_AGENT_ID', 2],
    [['answer', 'x'], [], { ORCHESTRATOR_AGENT_ID: 'agent-XYZ' }, 'ORC_AGENT_ID', 2],
    [['answer', 'x'], [], { ORCHESTRATOR_NATS_URL: '' }, 'ORC_NOT_REACHABLE', 1],
    [['answer', 'x'], [], { ORCHESTRATOR_CREDS: '/nowhere.creds' }, 'ORC_CREDS', 3],
    [['answer', 'x'], [], { ORCHESTRATOR_CREDS: import.meta.filename }, 'ORC_CREDS', 3],
    [['answer', 'x'], [], { ORCHESTRATOR_ALLOWED_TOOLS: 'project' }, 'ORC_TOOL_NOT_ALLOWED', 3],
    [['project', 'create', '--name', ' '], [], {}, 'ORC_BAD_INPUT', 2],
    [['project', 'create', '--name', 'x'.repeat(101)], [], {}, 'ORC_BAD_INPUT', 2],
    [['project', 'create', '--name', 'a\u001b[2Jb'], [], {}, 'ORC_BAD_INPUT', 2],
    [['ask', '--option', 'x'.repeat(1_001), 'Which?'], [], {}, 'ORC_USAGE', 2],
    [['project', 'create', '--name', 'a\x1b[2K\rb'], [], {}, 'ORC_BAD_INPUT', 2],
    [['project', 'get', '--id', 'a.b'], [], {}, 'ORC_BAD_INPUT', 2],
    [['project', 'list', '--timeout', 'soon'], [], {}, 'ORC_USAGE', 2],
    [['project', 'create'], [], {}, 'ORC_USAGE', 2],
    [['project'], [], {}, 'ORC_USAGE', 2],
    [['answr', 'x'], [], {}, 'ORC_USAGE', 2],
    [['answer', '--nope', 'x'], [], {}, 'ORC_USAGE', 2],
  ];
  for (const [args, input, env, code, exit] of cases) {
    const run = await runHere(args, { ...shell.env, ...env }, input);
    t.is(run.code, exit, `${args.join(' ')}: ${run.stderr}`);
    t.is(run.stdout, '');
    t.regex(run.stderr, oneLine(code), args.join(' '));
  }
  t.deepEqual(await history(shell.nats.log), []);
});

test('an argument that is not UTF-8 is refused, one that holds U+FFFD itself is not', async (t) => {
  const shell = await agentShell(t);
  const invalid = spawnSync(
    'bash',
    ['-c', `exec '${process.execPath}' '${MAIN}' answer $'bad \\xff byte'`],
    { env: shell.env, encoding: 'utf8' },
  );
  t.is(invalid.status, 2);
  t.regex(invalid.stderr, oneLine('ORC_NOT_UTF8'));
  t.is((await shell.run(['answer', 'a real \uFFFD'])).code, 0);
});

test("a message over the broker's limit is refused with the limit named, before it is sent", async (t) => {
  const shell = await agentShell(t);
  const limit = shell.nats.connection.nc.info?.max_payload ?? 0;
  const { code, stderr } = await shell.run(['answer'], { input: 'x'.repeat(limit) });
  t.is(code, 2);
  t.regex(stderr, oneLine('ORC_TOO_LARGE'));
  t.true(stderr.includes(String(limit)));
  t.deepEqual(await history(shell.nats.log), []);
});

test("another agent's credentials and expired ones are refused as what they are", async (t) => {
  const other = await agentShell(t, { credentialsOf: newAgentId() });
  const foreign = await other.run(['answer', 'x']);
  t.is(foreign.code, 3);
  t.regex(foreign.stderr, oneLine('ORC_NOT_PERMITTED'));

  const expired = await agentShell(t, { nats: other.nats, expiresAt: new Date(Date.now() - 5000) });
  const late = await expired.run(['answer', 'x']);
  t.is(late.code, 3);
  t.regex(late.stderr, oneLine('ORC_CREDS_EXPIRED'));
  t.deepEqual(await history(other.nats.log), []);
});

test('an answer that is given while NATS is down is stored once when it is back', async (t) => {
  const shell = await agentShell(t);
  await shell.nats.kill();
  const answered = shell.run(['answer', 'patience']);
  await shell.nats.restart();
  const { code, stderr } = await answered;
  t.is(code, 0, stderr);
  const log = shell.nats.log;
  t.deepEqual(
    ofType(await history(log), 'response.answer').map(({ data }) => data.text),
    ['patience'],
  );
});

test('a tool call without a result says so in its time, with the time-out code', async (t) => {
  const shell = await agentShell(t);
  const { code, stderr } = await shell.run(['project', 'create', '--name', 'x', '--timeout', '2s']);
  t.is(code, 4);
  t.regex(stderr, oneLine('ORC_TIMED_OUT'));
});

test('a tool call prints its result, or the error that it came to', async (t) => {
  const shell = await agentShell(t);
  const { nc } = shell.nats.connection;
  // The spawner's part, played on the wire: the first call is done, the second is not.
  let calls = 0;
  nc.subscribe(`agents.${shell.agentId}.tool.>`, {
    callback: (_error, message) => {
      calls += 1;
      const callId = message.headers?.get('ce-id') ?? '';
      const result =
        calls === 1
          ? { ok: true, callId, value: { id: 'proj_1', name: 'myapp' } }
          : {
              ok: false,
              callId,
              error: { code: 'ORC_PROJECT_NOT_FOUND', message: 'There is none' },
            };
      nc.publish(`agents.${shell.agentId}.result.${callId}`, JSON.stringify(result));
    },
  });
  await nc.flush();
  const created = await shell.run(['project', 'create', '--name', 'myapp']);
  t.deepEqual(
    [created.code, created.stdout],
    [0, '{"id":"proj_1","name":"myapp"}\n'],
    created.stderr,
  );
  const missing = await shell.run(['project', 'get', '--id', 'proj_2']);
  t.is(missing.code, 1);
  t.regex(missing.stderr, oneLine('ORC_PROJECT_NOT_FOUND'));
});
