import '../support/measured-children.ts';
import { type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { agentShell } from '../support/agent-shell.ts';
import { answerCalls } from '../support/answer-calls.ts';
import { history, ofType } from '../support/history.ts';
import { programOf } from '../support/programs.ts';
import { Wire } from '../support/wire.ts';
import { oneLine, runHere } from './run-here.ts';

const MAIN = programOf('orchestrator');

function inShell(line: string, env: NodeJS.ProcessEnv) {
  // From a socket, bash would take itself for a remote shell and read the user's files.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  return spawnSync('bash', ['--norc', '-c', line], { env, encoding: 'utf8', stdio });
}

test('with NATS down for good each command says within its time-out that nothing was sent', async (t) => {
  const shell = await agentShell(t);
  await shell.nats.kill();
  const answers = ['answer', 'ask', 'progress', 'respond'].map((name) => [name, 'x']);
  for (const args of [...answers, ['turn', 'end'], ['project', 'list']]) {
    const { code, stderr } = await runHere([...args, '--timeout', '400ms'], shell.env);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
    t.true(stderr.includes('Nothing was sent'), stderr);
  }
});

test('a command whose environment names no server says so at once, in one line', async (t) => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const said = { '': 'ORC_NOT_REACHABLE', ' ': 'ORC_SETTINGS', ',': 'ORC_SETTINGS' };
  for (const [url, error] of Object.entries(said)) {
    const env = { ORCHESTRATOR_AGENT_ID: 'agent-0123456789ab', ORCHESTRATOR_NATS_URL: url };
    const { code, stderr } = await runHere(['answer', 'x'], env);
    t.not(code, 0);
    t.regex(stderr, oneLine(error));
    t.regex(stderr, /ORCHESTRATOR_NATS_URL is not set|names no server/);
  }
  t.deepEqual(warnings, []);
});

test('a server that takes the connection and says nothing is not waited for', async (t) => {
  const shell = await agentShell(t);
  const wire = await Wire.to(shell.nats.port, t);
  wire.passes = () => false;
  const env = { ...shell.env, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stderr } = await runHere(['answer', 'x', '--timeout', '500ms'], env);
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  t.true(stderr.includes('Nothing was sent'), stderr);
});

test('a signal ends a command with a line that says so, and with the code of the signal', async (t) => {
  const shell = await agentShell(t);
  const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
  for (const [signal, code] of Object.entries(codes)) {
    const asking = spawn(process.execPath, [MAIN, 'ask', '--wait', `${signal}?`], {
      env: shell.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // It has begun: its telemetry is its first line.
    await once(asking.stderr, 'data');
    // The key of the table is a signal's name.
    asking.kill(signal as NodeJS.Signals);
    const [line, ended] = await Promise.all([text(asking.stderr), once(asking, 'exit')]);
    t.is(ended[0], code);
    t.regex(line, RegExp(`^orchestrator: ORC_INTERRUPTED: ask was ended by ${signal} .*\\n$`));
  }
});

test('where the acknowledgement is lost it is said that it may have been sent; it was, once', async (t) => {
  const shell = await agentShell(t);
  const wire = await Wire.to(shell.nats.port, t);
  wire.passes = (said) => !said.includes('"stream":"SAID"');
  const env = { ...shell.env, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stderr } = await runHere(['answer', 'open', '--timeout', '6s'], env);
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  t.true(stderr.includes('It may have been sent nevertheless'), stderr);
  t.is(ofType(await history(shell.nats.log), 'response.answer').length, 1);
});

test('a lost acknowledgement is asked for again: the answer is stored once, and is done', async (t) => {
  const shell = await agentShell(t);
  const wire = await Wire.to(shell.nats.port, t);
  let lost = 0;
  wire.passes = (said) => {
    if (lost > 0 || !said.includes('"stream":"SAID"')) return true;
    lost += 1;
    wire.cut();
    return false;
  };
  const env = { ...shell.env, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stderr } = await runHere(['answer', 'again'], env);
  t.is(code, 0, stderr);
  t.is(lost, 1);
  t.is(ofType(await history(shell.nats.log), 'response.answer').length, 1);
});

test('a result that came while the connection was broken is found in the log', async (t) => {
  const shell = await agentShell(t);
  const wire = await Wire.to(shell.nats.port, t);
  let lost = 0;
  wire.passes = (said) => {
    if (lost > 0 || !said.includes(`agents.${shell.agentId}.result.`)) return true;
    lost += 1;
    wire.cut();
    return false;
  };
  await answerCalls(shell, () => ({ ok: true, value: { id: 'proj_1', name: 'late' } }));
  const env = { ...shell.env, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stdout, stderr } = await runHere(['project', 'create', '--name', 'late'], env);
  t.is(code, 0, stderr);
  t.is(stdout, '{"id":"proj_1","name":"late"}\n');
  t.is(lost, 1);
  t.is(ofType(await history(shell.nats.log), 'tool.project.create').length, 1);
});

test('credentials that expire while a result is waited for end the wait with their name', async (t) => {
  const shell = await agentShell(t, { expiresAt: new Date(Date.now() + 2_500) });
  const { code, stderr } = await runHere(['project', 'list'], shell.env);
  t.is(code, 3, stderr);
  t.regex(stderr, oneLine('ORC_CREDS_EXPIRED'));
});

test('projects are listed as a table or as JSON', async (t) => {
  const shell = await agentShell(t);
  const value = [{ id: 'proj_1', name: 'myapp', createdAt: '2026-01-04T15:30:45Z' }];
  await answerCalls(shell, () => ({ ok: true, value }));
  const table = await runHere(['project', 'list'], shell.env);
  t.regex(table.stdout, /^id +name +created\nproj_1 +myapp +2026-01-04T15:30:45Z\n$/);
  const json = await runHere(['project', 'list', '--json'], shell.env);
  t.deepEqual(JSON.parse(json.stdout), value);
  const one = await runHere(['project', 'get', '--id', 'proj_1'], shell.env);
  t.deepEqual(JSON.parse(one.stdout), value);
});

test('A2: of more projects than a page holds the first are listed, and how to get the next is told', async (t) => {
  const shell = await agentShell(t);
  const createdAt = '2026-01-04T15:30:45Z';
  const value = ['a', 'b', 'c'].map((name) => ({ id: `proj_${name}`, name, createdAt }));
  await answerCalls(shell, () => ({ ok: true, value }));
  const { stdout, stderr } = await runHere(
    ['project', 'list', '--limit', '2', '--json'],
    shell.env,
  );
  t.deepEqual(JSON.parse(stdout), value.slice(0, 2));
  t.regex(stderr, /There are more: orchestrator project list --after proj_b\n$/);
  const [asked] = ofType(await history(shell.nats.log), 'tool.project.list');
  t.deepEqual(asked?.data, { limit: 3 });
  const wrong = await runHere(['project', 'list', '--limit', '501'], shell.env);
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, oneLine('ORC_BAD_INPUT'));
});

test('the error of a result decides the exit code; an unknown one is internal', async (t) => {
  const shell = await agentShell(t);
  const codes = ['ORC_TOOL_NOT_ALLOWED', 'ORC_OF_TOMORROW'];
  await answerCalls(shell, () => ({
    ok: false,
    error: { code: codes.shift() ?? '', message: 'no' },
  }));
  const refused = await runHere(['project', 'list'], shell.env);
  t.is(refused.code, 3);
  t.regex(refused.stderr, oneLine('ORC_TOOL_NOT_ALLOWED'));
  const unknown = await runHere(['project', 'list'], shell.env);
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, oneLine('ORC_INTERNAL'));
});

test('a question offers up to ten choices; what no reader takes is refused and not stored', async (t) => {
  const shell = await agentShell(t);
  const choices = (count: number) =>
    Array.from({ length: count }, (_, index) => ['--option', `choice ${index}`]).flat();
  for (const options of [choices(11), ['--option', '']]) {
    const { code, stderr } = await runHere(['ask', ...options, 'which?'], shell.env);
    t.is(code, 2);
    t.regex(stderr, oneLine('ORC_USAGE'));
  }
  t.is((await runHere(['ask', ...choices(10), 'which?'], shell.env)).code, 0);
  const questions = ofType(await history(shell.nats.log), 'response.question');
  t.deepEqual(
    questions.map(({ data }) => data.options?.length),
    [10],
  );
});

test('the end of a turn is told whatever comes with it, a last message of any length too', async (t) => {
  const shell = await agentShell(t);
  const notices = [
    { 'last-assistant-message': 'x'.repeat(100_000) },
    { 'last-assistant-message': 7 },
    {},
    [],
    3,
  ];
  for (const notice of notices) {
    const { code } = await runHere(['turn', 'end', JSON.stringify(notice)], shell.env);
    t.is(code, 0);
  }
  const lengths = ofType(await history(shell.nats.log), 'turn.signalled').map(
    ({ data }) => data.lastMessage?.length,
  );
  t.deepEqual(lengths, [20_000, undefined, undefined, undefined, undefined]);
});

test('without credentials, where the server wants them, that is what is said', async (t) => {
  const shell = await agentShell(t);
  const { code, stderr } = await runHere(['answer', 'x'], {
    ...shell.env,
    ORCHESTRATOR_CREDS: undefined,
  });
  t.is(code, 3);
  t.regex(stderr, oneLine('ORC_CREDS'));
});

test('an answer does not fail because nobody takes its log', async (t) => {
  const shell = await agentShell(t);
  const logs = [`2> >(exec true)`, ...(existsSync('/dev/full') ? ['2> /dev/full'] : [])];
  for (const log of logs) {
    const line = `sleep 0.2; '${process.execPath}' '${MAIN}' answer heard`;
    t.is(inShell(`{ ${line}; } ${log}`, shell.env).status, 0, log);
  }
  const answers = ofType(await history(shell.nats.log), 'response.answer');
  t.is(answers.length, logs.length);
});

test('output that cannot be written is an error; a reader that has gone away is none', (t) => {
  const env = { PATH: process.env.PATH };
  const run = (redirect: string) =>
    inShell(`'${process.execPath}' '${MAIN}' --help ${redirect}`, env);
  const gone = run('> >(exec true)');
  t.deepEqual([gone.status, gone.stderr], [0, '']);
  if (!existsSync('/dev/full')) return;
  const full = run('> /dev/full');
  t.is(full.status, 1);
  t.regex(
    full.stderr,
    /^orchestrator: ORC_INTERNAL: The output cannot be written: ENOSPC[^\n]*\n$/,
  );
});
