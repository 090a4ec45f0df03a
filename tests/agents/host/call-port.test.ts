import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { agentShell } from '../../support/agent-shell.ts';
import { answerCalls } from '../../support/answer-calls.ts';
import { history, ofType } from '../../support/history.ts';
import { askHost, beginByHost, hostPort } from '../../support/host-shell.ts';
import { seenEvent } from '../../support/seen-event.ts';
import { Wire } from '../../support/wire.ts';

const SAYINGS = [
  ['answer', 'Done! äö 😀\n"quotes"\n'],
  ['ask', '--option', 'yes', '--option', 'no', 'Shall I?'],
  ['progress', 'half way'],
  ['respond', 'as of old'],
  ['ready'],
  ['turn', 'end', '{"last-assistant-message":"bye"}'],
];

test('what the host says for its agent is what the whole command says', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  for (const [at, args] of SAYINGS.entries()) {
    const [quick, whole] = [
      await askHost(shell, args, environment),
      await shell.run([...args, '--timeout', '20s']),
    ];
    t.deepEqual([quick.code, whole.code], [0, 0], quick.stderr + whole.stderr);
    const told = (stderr: string) => stderr.replace(/^\[[^\]]*Z\]/, '[time]');
    t.deepEqual([quick.stdout, told(quick.stderr)], [whole.stdout, told(whole.stderr)]);
    const stored = [at * 2 + 1, at * 2 + 2].map((place) => shell.nats.log.at('SAID', place));
    const [first, second] = await Promise.all(stored);
    if (first === undefined || second === undefined) return t.fail('not stored twice');
    t.deepEqual(seenEvent(first), seenEvent(second));
  }
});

test('a tool that the host calls for its agent shows what the whole command shows', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const value = [{ id: 'proj_1', name: 'myapp', createdAt: '2026-01-04T15:30:45Z' }];
  await answerCalls(shell, () => ({ ok: true, value }));
  const calls = [
    ['project', 'list'],
    ['project', 'list', '--json'],
    ['project', 'get', '--id', 'proj_1'],
    ['project', 'create', '--name', ' myapp '],
  ];
  for (const args of calls) {
    const quick = await askHost(shell, args, environment);
    const whole = await shell.run([...args, '--timeout', '20s']);
    t.deepEqual([quick.code, quick.stdout], [0, whole.stdout], quick.stderr);
  }
  const events = await history(shell.nats.log);
  const asked = events.filter(({ type }) => type.startsWith('tool.')).map(({ data }) => data);
  for (let at = 0; at < asked.length; at += 2) t.deepEqual(asked[at], asked[at + 1]);
  t.is(asked.length, 2 * calls.length);
});

test('an outcome that is heard of before the call is known to be stored counts', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const wire = await Wire.to(shell.nats.port, t);
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  let late = 0;
  wire.passes = (said) => {
    if (!said.includes('"stream":')) return true;
    late += 1;
    hold();
    return 'after-the-next';
  };
  // An outcome in one piece with the word that the call is stored would come after it.
  await answerCalls(shell, async () => {
    await held;
    return { ok: true, value: [] };
  });
  const env = { ...environment, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stderr } = await askHost(shell, ['project', 'list', '--json'], env);
  t.deepEqual([code, late], [0, 1], stderr);
});

test('names that a table needs more than ASCII for are shown by the whole command', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const value = [{ id: 'proj_1', name: '项目', createdAt: '2026-01-04T15:30:45Z' }];
  await answerCalls(shell, () => ({ ok: true, value }));
  const { stdout, stderr } = await askHost(
    shell,
    ['project', 'list'],
    environment,
    process.execPath,
  );
  t.regex(stdout, /^id {6}name {2}created\nproj_1 {2}项目 {2}2026/, stderr);
  t.is(ofType(await history(shell.nats.log), 'tool.project.list').length, 1);
});

test('the error of a result is told by the whole command, of the same call', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const error = { code: 'ORC_PROJECT_NOT_FOUND', message: 'There is none' };
  await answerCalls(shell, () => ({ ok: false, error }));
  const args = ['project', 'get', '--id', 'proj_2'];
  const { code, stderr } = await askHost(shell, args, environment, process.execPath);
  t.is(code, 1);
  t.regex(stderr, /^\[.*TOOL_CALL: project.get .*\norchestrator: ORC_PROJECT_NOT_FOUND: .*\n$/);
  t.is(ofType(await history(shell.nats.log), 'tool.project.get').length, 1);
});

/** What keeps the host from it: the environment of the call. */
const IN_THE_WAY: Record<string, (port: string, secret: string) => string> = {
  'a host that is gone': () => '1/secret',
  'no port': () => 'none',
  'a wrong secret': (port) => `${port}/${'0'.repeat(32)}`,
  'another length of secret': (port) => `${port}/0`,
};

test('what the host does not do, Node does', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const [port = '', secret = ''] = (environment.ORCHESTRATOR_HOST ?? '').split('/');
  for (const [what, host] of Object.entries(IN_THE_WAY)) {
    const env = { ORCHESTRATOR_HOST: host(port, secret) };
    const { code, stderr } = await askHost(shell, ['answer', what], env, process.execPath);
    t.is(code, 0, stderr);
  }
  // What is not plain, and what the caller's own environment does not permit.
  const dash = ['answer', '--', '-x'];
  t.is((await askHost(shell, dash, environment, process.execPath)).code, 0);
  const tools = { ...environment, ORCHESTRATOR_ALLOWED_TOOLS: 'project' };
  const refused = await askHost(shell, ['answer', 'no'], tools, process.execPath);
  t.is(refused.code, 3);
  t.regex(refused.stderr, /ORC_TOOL_NOT_ALLOWED/);
  const answers = ofType(await history(shell.nats.log), 'response.answer');
  t.deepEqual(
    answers.map(({ data }) => data.text),
    [...Object.keys(IN_THE_WAY), '-x'],
  );
});

test('an acknowledgement that is lost: said once, under the id that the host has begun', async (t) => {
  const shell = await agentShell(t);
  const { environment } = await hostPort(t);
  const wire = await Wire.to(shell.nats.port, t);
  let lost = 0;
  wire.passes = (said) => {
    if (lost > 0 || !said.includes('"stream":"SAID"')) return true;
    lost += 1;
    wire.cut();
    return false;
  };
  const env = { ...environment, ORCHESTRATOR_NATS_URL: wire.url };
  const { code, stderr } = await askHost(shell, ['answer', 'once'], env, process.execPath);
  t.is(code, 0, stderr);
  t.is(lost, 1);
  t.is(stderr.match(/TOOL_CALL/g)?.length, 1, stderr);
  t.is(stderr.match(/Answer sent/g)?.length, 1, stderr);
  t.is(ofType(await history(shell.nats.log), 'response.answer').length, 1);
});

test('a caller that is gone before it said `go` has said nothing', async (t) => {
  const shell = await agentShell(t);
  const begun: string[] = [];
  const { environment } = await hostPort(t, (args, env) => {
    const call = beginByHost(args, env);
    if (call !== undefined) begun.push(call.begun.id);
    return call;
  });
  const [port = '', secret = ''] = (environment.ORCHESTRATOR_HOST ?? '').split('/');
  const { ORCHESTRATOR_AGENT_ID: id, ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS } = shell.env;
  const fields = [secret, id, url, ORCHESTRATOR_CREDS, '', '2', 'answer', 'unsaid'];
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(fields.map((field) => `${field}\0`).join(''));
  const [line] = await once(socket, 'data');
  t.true(String(line).startsWith(`begun ${begun[0]} `));
  socket.end();
  t.is(await text(socket), '');
  t.deepEqual(ofType(await history(shell.nats.log), 'response.answer'), []);
});

test('the shell of the command can be read by bash', (t) => {
  t.notThrows(() => execFileSync('bash', ['-n', 'agents/host/ask-host.sh']));
});
