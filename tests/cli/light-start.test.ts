import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { TELL_LOADS } from './tell-loads.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

const SAYING = [
  ['answer', 'x'],
  ['ask', 'x'],
  ['respond', 'x'],
  ['progress', 'x'],
  ['turn', 'end'],
  ['project', 'create', '--name', 'x'],
  ['project', 'list'],
];

for (const args of SAYING) {
  test(`${args.join(' ')} loads neither zod nor the JetStream client nor another command`, (t) => {
    // Nobody is at this address: all that a call needs is loaded before it finds out.
    const env = {
      PATH: process.env.PATH,
      ORCHESTRATOR_AGENT_ID: 'agent-0123456789ab',
      ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:1',
    };
    const command = ['--import', TELL_LOADS, MAIN, ...args, '--timeout', '1ms'];
    const { stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
    const loaded = [...stderr.matchAll(/^LOADED (.*)$/gm)].map(([, url = '']) => url);
    t.true(loaded.some((url) => url.includes('transport-node')));
    t.deepEqual(
      loaded.filter((url) => /\/zod\/|\/jetstream\/|\/pino\/|\/services\//.test(url)),
      [],
    );
    t.is(loaded.filter((url) => url.includes('/cli/commands/')).length, 1);
  });
}
