import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FORGOTTEN } from '../../bootstrap/bundle.mjs';
import { agentShell } from '../support/agent-shell.ts';
import { history, ofType } from '../support/history.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** As agents call it. */
const COMMAND = join(ROOT, 'dist', 'bin', 'orchestrator');

/** Longer than any answer takes, on a machine that is busy. */
const LATE_MS = 60_000;

/** What a shell can do to a command: variables, or a line in which `"$COMMAND"` is called. */
const SHELLS: Record<string, { env?: Record<string, string>; line?: string }> = {
  'E12: options that Node refuses': { env: { NODE_OPTIONS: '--frobnicate' } },
  'E12: a module that is not there': { env: { NODE_OPTIONS: '--require=/nowhere.js' } },
  'a folder for coverage that cannot be made': { env: { NODE_V8_COVERAGE: '/proc/nowhere' } },
  'a proxy that is no URL': { env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'foo' } },
  'a channel of a parent that has none': { env: { NODE_CHANNEL_FD: '9', NODE_UNIQUE_ID: '3' } },
  'certificates and modules of nowhere': {
    env: { NODE_EXTRA_CA_CERTS: '/nowhere', NODE_PATH: '/nowhere', OPENSSL_CONF: '/nowhere' },
  },
  'no PATH, home or language': { env: { PATH: '', HOME: '/nowhere', LANG: 'xx', LC_ALL: 'xx' } },
  'no standard stream': { line: '"$COMMAND" answer "$TEXT" <&- >&- 2>&-' },
  'a folder that is gone': {
    line: 'cd "$(mktemp -d)" && rmdir "$PWD" && "$COMMAND" answer "$TEXT"',
  },
};

for (const [name, { env = {}, line = '"$COMMAND" answer "$TEXT"' }] of Object.entries(SHELLS)) {
  test(`an answer is stored from a shell with ${name}`, async (t) => {
    const shell = await agentShell(t);
    const { status, error } = spawnSync('/bin/sh', ['-c', line], {
      env: { ...shell.env, COMMAND, TEXT: name, ...env },
      timeout: LATE_MS,
      stdio: ['ignore', 'ignore', 'ignore'],
    });

    t.deepEqual([status, error], [0, undefined]);
    const [answer] = ofType(await history(shell.nats.log), 'response.answer');
    t.is(answer?.data.text, name);
  });
}

test('an answer without a text does not take it from the pipe by which messages come', async (t) => {
  const shell = await agentShell(t);
  const pipe = join(shell.nats.dataDir, 'stdin');
  execFileSync('mkfifo', [pipe]);
  // The agent holds both ends open: a read would never end, or take the next message.
  const line = `exec 0<>'${pipe}'; printf 'a message\\0' >&0; "$COMMAND" answer`;

  const { status, stderr } = spawnSync('/bin/sh', ['-c', line], {
    env: { ...shell.env, COMMAND },
    encoding: 'utf8',
    timeout: LATE_MS,
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  t.is(status, 2, stderr);
  t.regex(stderr, /ORC_EMPTY/);
});

test('the command in the worker image forgets what that of a checkout forgets', (t) => {
  const script = readFileSync(join(ROOT, 'images', 'worker', 'orchestrator'), 'utf8');
  const [, names = ''] = /^unset ((?:.*\\\n)*.*)$/m.exec(script) ?? [];
  t.deepEqual(names.split(/[\s\\]+/), FORGOTTEN);
});
