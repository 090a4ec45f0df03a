import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { command, sendMessage } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { temporaryFolder } from '../support/nats.ts';
import { orchestrator, startSystem } from '../support/system.ts';

const RECEIPT_PAGE = join(import.meta.dirname, '..', '..', 'docs', 'verify-receipt.mjs');

const DEMO = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };

test('every step of a chat is an event, for the command and for a plain subscriber', async (t) => {
  const system = await startSystem(t);
  const { nc } = await system.connection();
  const heard: string[] = [];
  nc.subscribe('>', {
    callback: (_error, message) => {
      const type = message.headers?.get('ce-type');
      if (type) heard.push(`${type} ${message.headers?.get('ce-id')}`);
    },
  });
  const log = await system.log();
  const agent = newAgentId();
  await log.append(command(agent, 'command.create', DEMO));
  await sendMessage(log, agent, 'first', 'Create project myapp');
  await untilEvent(log, (event) => event.type === 'turn.ended');
  await log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await untilEvent(log, (event) => event.type === 'process.stopped');

  const shown = await orchestrator(['events', '--json', '--agent', agent], { env: system.env });
  const plain = await orchestrator(['events'], { env: system.env });

  t.is(shown.code, 0, shown.stderr);
  const lines: { type: string; id: string }[] = shown.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const expected = [
    'command.create',
    'process.starting',
    'process.ready',
    'command.send',
    'turn.started',
    'process.delivered',
    'tool.project.create',
    'result',
    'response.answer',
    'turn.ended',
    'command.stop',
    'process.stopping',
    'process.stopped',
    'log.stdout',
  ];
  const types = new Set(lines.map(({ type }) => type));
  t.deepEqual(
    expected.filter((type) => !types.has(type)),
    [],
  );
  await nc.flush();
  const missed = lines.filter(({ type, id }) => !heard.includes(`${type} ${id}`));
  t.deepEqual(missed, [], 'the plain subscriber heard each of them');
  t.regex(plain.stdout, /response\.answer \{"text":"Done! Created project 'myapp'/);
  const stderr = lines.filter(({ type }) => type === 'log.stderr');
  t.true(stderr.length > 0, 'telemetry of its calls is in its log');
});

test('the log folded from zero is the state that is served, by one hash', async (t) => {
  const system = await startSystem(t);
  const log = await system.log();
  const agent = newAgentId();
  await log.append(command(agent, 'command.create', DEMO));
  for (const text of ['hello', 'Create project one', 'who are you?', 'Ada']) {
    await sendMessage(log, agent, text.replaceAll(/\W/g, '-'), text);
  }
  await untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === 'Ada');

  const { code, stdout, stderr } = await orchestrator(['verify', '--json'], { env: system.env });

  t.is(code, 0, stderr);
  const { equal, sealed } = JSON.parse(stdout);
  t.true(equal);
  const answers = ofType(await history(log), 'response.answer').map(({ data }) => data.text);
  t.is(answers.at(-1), '[4] Pleased to meet you, Ada.');

  const own = await temporaryFolder(t);
  const { env } = system;
  const made = await orchestrator(['receipt', 'Ada', '-o', 'receipt.json', '--json'], {
    env,
    cwd: own,
  });
  t.is(made.code, 0, made.stderr);
  const { key, outcome } = JSON.parse(made.stdout);
  t.is(outcome, 'answered');
  t.true(
    sealed.key === undefined || sealed.key === key,
    'sealed by the projections before, or now',
  );
  await copyFile(RECEIPT_PAGE, join(own, 'verify-receipt.mjs'));
  const page = ['verify-receipt.mjs', 'receipt.json', key];
  const { stdout: proved } = await promisify(execFile)(process.execPath, page, {
    cwd: own,
    env: {},
  });
  t.regex(
    proved,
    /command\.send {2}"Ada"\n.*response\.answer {2}"\[4\] Pleased to meet you, Ada\."\n/s,
  );
  t.regex(proved, /\nIt holds: message Ada to agent-/);
});
