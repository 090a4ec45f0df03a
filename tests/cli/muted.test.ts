import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { sayWhenHeard } from '../../agents/host/say-when-heard.ts';
import { muteNotice } from '../../core/log/mute-notice.ts';
import { mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { revokeAs } from '../../platform/nats/revocations.ts';
import { readAgentKeys } from '../../platform/nats/trust.ts';
import { type AgentShell, agentShell } from '../support/agent-shell.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { oneLine, runHere } from './run-here.ts';

const MUTE = {
  code: 'ORC_QUOTA',
  reason: '601 messages within a minute, where 600 are allowed',
  cure: 'It may speak again at 2026-11-27T12:00:00.000Z.',
};

const LINE =
  'orchestrator: ORC_QUOTA: The agent has said or sent more than it may: 601 messages within a minute, where 600 are allowed. It may speak again at 2026-11-27T12:00:00.000Z.\n';

const credentialsOf = ({ env }: AgentShell): string => env.ORCHESTRATOR_CREDS ?? '';

/** As the spawner does it: the file first. */
async function mute(shell: AgentShell): Promise<void> {
  await writeFile(credentialsOf(shell), muteNotice(MUTE));
  const keys = await readAgentKeys(join(shell.nats.dataDir, 'auth'));
  if (keys === undefined) throw new Error('no keys');
  await revokeAs(keys, shell.nats.url, new Map([[shell.agentId, new Date()]]));
}

async function unmute(shell: AgentShell): Promise<void> {
  const { agentId, nats } = shell;
  const grant = { agentId, expiresAt: new Date(Date.now() + 60_000) };
  await writeFile(credentialsOf(shell), await mintAgentCredentials(nats.agentsSeed, grant));
}

/** A credential of the second of its revocation is revoked. */
async function untilNextSecond(): Promise<void> {
  const began = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === began) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('every command of a muted agent says so in one line, at once, and nothing is stored', async (t) => {
  const shell = await agentShell(t);
  await mute(shell);
  for (const args of [
    ['answer', 'x'],
    ['ask', 'x'],
    ['ask', '--wait', 'x'],
    ['turn', 'end'],
  ]) {
    const { code, stderr } = await runHere(args, shell.env);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, oneLine('ORC_QUOTA'));
    t.true(stderr.endsWith(LINE), stderr);
  }
  t.deepEqual(await history(shell.nats.log), []);
});

test('a command that waits while its agent is muted ends with that line', async (t) => {
  const shell = await agentShell(t);
  const asking = runHere(['ask', '--wait', 'still there?'], shell.env);
  const calling = runHere(['project', 'list', '--timeout', '60s'], shell.env);
  await untilEvent(shell.nats.log, ({ type }) => type === 'response.question');
  await untilEvent(shell.nats.log, ({ type }) => type === 'tool.project.list');

  await mute(shell);

  for (const { code, stderr } of await Promise.all([asking, calling])) {
    t.is(code, 1, stderr);
    t.true(stderr.endsWith(LINE), stderr);
    t.is(stderr.trimEnd().split('\n').length, 2, 'the call and the line');
  }
});

test('new credentials count at once, while the old ones are revoked', async (t) => {
  const shell = await agentShell(t);
  await mute(shell);
  await untilNextSecond();
  await unmute(shell);
  const { code, stderr } = await runHere(['answer', 'again'], shell.env);
  t.is(code, 0, stderr);
});

test('a host states the end of a turn when it is heard again, and says once why it waits', async (t) => {
  const shell = await agentShell(t);
  await mute(shell);
  const logged: string[] = [];
  const statement = { family: 'turn', name: 'signalled', call: 'turn.end', data: {} } as const;
  const { stdin, stderr, stdout } = process;
  const streams = { env: shell.env, stdin, stdout, stderr: { ...stderr, write: () => true } };
  const told = Promise.withResolvers<void>();
  // Only `write` of it is used.
  const said = sayWhenHeard({ ...statement, timeoutMs: 30_000 }, streams as never, (line) => {
    logged.push(line);
    told.resolve();
  });
  await Promise.race([told.promise, said]);
  await untilNextSecond();
  await unmute(shell);
  await said;

  t.is(logged.length, 1);
  t.true(logged[0]?.startsWith('ORC_QUOTA: '));
  t.is(ofType(await history(shell.nats.log), 'turn.signalled').length, 1);
});
