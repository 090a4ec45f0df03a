import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { connectLog } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { agentInboxPrefix, mintAgentCredentials } from '../../core/nats/agent-credentials.ts';
import { freePort } from '../../core/nats/server-port.ts';
import { readAgentKeys } from '../../core/nats/trust.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { STREAM_SUBJECTS } from '../../schemas/subjects.ts';
import { temporaryFolder, testServerPath } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

/** A nats-server that an operator runs by himself, configured by `init nats` and nothing else. */
async function ownServer(t: ExecutionContext) {
  const folder = await temporaryFolder(t);
  const [port, monitor] = [await freePort(), await freePort()];
  const config = join(folder, 'nats.conf');
  const share = join(folder, 'share');
  const spawner = join(folder, 'spawner');
  const env = environment(join(folder, 'keys'));
  const places = ['--config', config, '--store', join(folder, 'store'), '--port', `${port}`];
  const shares = ['--services', share, '--spawner', spawner, '--monitor', `${monitor}`];
  const init = () => runHere(['init', 'nats', ...places, ...shares], env);
  const { code, stderr } = await init();
  t.is(code, 0, stderr);

  const server = spawn(await testServerPath(), ['--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => server.kill());
  await ready(server.stderr);
  const creds = join(share, 'operator.creds');
  const own = { ORCHESTRATOR_NATS_URL: `nats://127.0.0.1:${port}`, ORCHESTRATOR_CREDS: creds };
  return {
    config,
    spawner,
    init,
    monitor,
    url: own.ORCHESTRATOR_NATS_URL,
    creds,
    env: { ...env, ...own },
  };
}

async function ready(stderr: NodeJS.ReadableStream): Promise<void> {
  let said = '';
  while (!said.includes('Server is ready')) said += (await once(stderr, 'data'))[0];
}

test('a nats-server of one’s own is made ready by two commands', async (t) => {
  const { env, url, creds, monitor } = await ownServer(t);

  const { code, stdout, stderr } = await runHere(['init', 'streams'], env);
  t.is(code, 0, stderr);
  t.deepEqual(stdout.trim().split('\n').sort(), Object.keys(STREAM_SUBJECTS).sort());

  const connection = await connectLog({
    url,
    credentials: { file: creds },
    name: t.title,
    timeoutMs: 5_000,
  });
  t.teardown(() => connection.close());
  t.is(await new EventLog(connection).lastSequence('EVENTS'), 0);
  t.is((await fetch(`http://127.0.0.1:${monitor}/healthz`)).status, 200);
});

test('the spawner’s share mints credentials that the server takes', async (t) => {
  const { url, spawner } = await ownServer(t);
  const agentId = newAgentId();
  const keys = await readAgentKeys(spawner);
  const file = join(spawner, 'agent.creds');
  await writeFile(
    file,
    await mintAgentCredentials(keys?.agentsSeed ?? '', {
      agentId,
      expiresAt: new Date(Date.now() + 60_000),
    }),
  );

  const inboxPrefix = agentInboxPrefix(agentId);
  const connection = await connectLog({
    url,
    credentials: { file },
    name: t.title,
    inboxPrefix,
    timeoutMs: 5_000,
  });
  t.teardown(() => connection.close());
  await t.notThrowsAsync(connection.nc.flush());
});

test('called again it keeps the keys: credentials that are out in the world stay good', async (t) => {
  const { init, creds, url } = await ownServer(t);
  const before = await readFile(creds, 'utf8');

  t.is((await init()).code, 0);

  t.is(await readFile(creds, 'utf8'), before);
  const connection = await connectLog({
    url,
    credentials: { file: creds },
    name: t.title,
    timeoutMs: 5_000,
  });
  await t.notThrowsAsync(connection.close());
});

test('the configuration has no secret in it', async (t) => {
  const { config } = await ownServer(t);
  t.notRegex(await readFile(config, 'utf8'), /\bS[AOU][A-Z2-7]{56}\b/);
});

test('what is no port is refused, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, 'nats.conf');
  const args = ['init', 'nats', '--config', config, '--port', '70000'];

  const { code, stderr } = await runHere(args, environment(join(folder, 'keys')));

  t.is(code, 2);
  t.regex(stderr, oneLine('ORC_USAGE'));
  await t.throwsAsync(readFile(config), { code: 'ENOENT' });
});
