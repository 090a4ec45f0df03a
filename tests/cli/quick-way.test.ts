import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { takeBegun } from '../../cli/quick/begun-variable.ts';
import { ensureStreams } from '../../core/log/streams.ts';
import { agentShell } from '../support/agent-shell.ts';
import { answerCalls } from '../support/answer-calls.ts';
import { history, ofType } from '../support/history.ts';
import { ownPort } from '../support/own-port.ts';
import { seenEvent } from '../support/seen-event.ts';
import { finished } from '../support/system.ts';
import { Wire } from '../support/wire.ts';
import { TELL_LOADS } from './tell-loads.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

const SAYINGS = [
  ['answer', 'Done! äö 😀\n"quotes"'],
  ['ask', '--option', 'yes', '--option', 'no', 'Shall I?'],
  ['progress', 'half way'],
  ['respond', 'as of old'],
  ['ready'],
  ['turn', 'end', '{"last-assistant-message":"bye"}'],
];

for (const args of SAYINGS) {
  test(`${args[0]}: the quick way loads no client, and says what the whole command says`, async (t) => {
    const shell = await agentShell(t);
    const command = ['--import', TELL_LOADS, MAIN, ...args];
    const quick = spawnSync(process.execPath, command, { env: shell.env, encoding: 'utf8' });
    t.is(quick.status, 0, quick.stderr);
    t.false(/LOADED .*(nats-io|clipanion|whole-command)/.test(quick.stderr));
    const whole = await shell.run([...args, '--timeout', '20s']);
    t.is(whole.code, 0, whole.stderr);

    const told = (stderr: string) =>
      stderr.replaceAll(/^LOADED .*\n/gm, '').replace(/^\[[^\]]*Z\]/, '[time]');
    t.deepEqual([quick.stdout, told(quick.stderr)], [whole.stdout, told(whole.stderr)]);
    const [first, second] = await Promise.all([1, 2].map((at) => shell.nats.log.at('SAID', at)));
    if (first === undefined || second === undefined) return t.fail('not stored twice');
    t.deepEqual(seenEvent(first), seenEvent(second));
  });
}

test('of several servers one that is away is passed over, and no client is loaded for that', async (t) => {
  const shell = await agentShell(t);
  const away = `nats://127.0.0.1:${ownPort(t)}`;
  const command = ['--import', TELL_LOADS, MAIN, 'answer', 'hello'];
  for (const url of [`${away},${shell.nats.url}`, `${shell.nats.url}, ${away}`]) {
    const env = { ...shell.env, ORCHESTRATOR_NATS_URL: url };
    const quick = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
    t.is(quick.status, 0, quick.stderr);
    t.false(/LOADED .*(nats-io|clipanion|whole-command)/.test(quick.stderr));
  }
  t.is(ofType(await history(shell.nats.log), 'response.answer').length, 2);
});

test('a stream that has no leader at the moment is waited for', async (t) => {
  const shell = await agentShell(t);
  const { connection, port } = shell.nats;
  await (await connection.jsm()).streams.delete('SAID');
  const wire = await Wire.to(port, t);
  const refused = Promise.withResolvers<void>();
  wire.passes = (said) => {
    if (said.includes('NATS/1.0 503')) refused.resolve();
    return true;
  };
  const answered = shell.run(['answer', '--json', 'late'], {
    env: { ORCHESTRATOR_NATS_URL: wire.url },
  });
  await refused.promise;
  await ensureStreams(connection, { storage: 'file' });
  const { code, stderr } = await answered;
  t.is(code, 0, stderr);
});

const LOST: [string, (said: string) => boolean][] = [
  ['an acknowledgement that is lost', (said) => said.includes('"stream":"SAID"')],
  ['a greeting that is lost', (said) => said.startsWith('INFO')],
];

for (const [what, isLost] of LOST) {
  for (const cuts of [true, false]) {
    test(`${what}, ${cuts ? 'with' : 'without'} its connection: said once, by the whole command`, async (t) => {
      const shell = await agentShell(t);
      const wire = await Wire.to(shell.nats.port, t);
      let lost = 0;
      wire.passes = (said) => {
        if (lost > 0 || !isLost(said)) return true;
        lost += 1;
        if (cuts) wire.cut();
        return false;
      };
      const { code, stderr } = await shell.run(['answer', 'once'], {
        env: { ORCHESTRATOR_NATS_URL: wire.url },
      });
      t.is(code, 0, stderr);
      t.is(lost, 1);
      t.is(stderr.match(/TOOL_CALL/g)?.length, 1, stderr);
      t.is(stderr.match(/Answer sent/g)?.length, 1, stderr);
      const answers = ofType(await history(shell.nats.log), 'response.answer');
      t.deepEqual(
        answers.map(({ data }) => data.text),
        ['once'],
      );
    });
  }
}

test('project list: the quick way loads no client, and shows what the whole command shows', async (t) => {
  const shell = await agentShell(t);
  const value = [{ id: 'proj_1', name: 'myapp', createdAt: '2026-01-04T15:30:45Z' }];
  await answerCalls(shell, () => ({ ok: true, value }));
  for (const more of [[], ['--json']]) {
    const command = ['--import', TELL_LOADS, MAIN, 'project', 'list', ...more];
    // Not at once: the spawner is played in this process.
    const quick = await finished(spawn(process.execPath, command, { env: shell.env }));
    t.is(quick.code, 0, quick.stderr);
    t.false(/LOADED .*(nats-io|clipanion|whole-command|string-width)/.test(quick.stderr));
    const whole = await shell.run(['project', 'list', ...more, '--timeout', '20s']);
    t.is(quick.stdout, whole.stdout);
  }
});

test('a result that nobody takes is an error of the whole command, of the same call', async (t) => {
  const shell = await agentShell(t);
  await answerCalls(shell, () => ({ ok: true, value: [] }));
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const child = spawn(process.execPath, [MAIN, 'project', 'list'], {
    env: shell.env,
    stdio: ['ignore', full, 'pipe'],
  });
  const { code, stderr } = await finished(child);
  t.not(code, 0);
  t.regex(stderr, /^orchestrator: /m);
  t.is(ofType(await history(shell.nats.log), 'tool.project.list').length, 1);
});

test('an id that no host can have begun is none', (t) => {
  const env = { ORCHESTRATOR_BEGUN: 'nonsense' };
  t.is(takeBegun(env), undefined);
  t.deepEqual(env, {});
});
