import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { connectLog } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { agentInboxPrefix, mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { readAgentKeys } from '../../platform/nats/trust.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { STREAM_SUBJECTS } from '../../schemas/subjects.ts';
import { temporaryFolder } from '../support/nats.ts';
import { startOwnNats } from '../support/own-nats.ts';
import { environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

test('a nats-server of one’s own is made ready by two commands', async (t) => {
  const { env, url, creds, monitor } = await startOwnNats(t);

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
  const { url, spawner } = await startOwnNats(t);
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
  const { init, creds, url } = await startOwnNats(t);
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
  const { config } = await startOwnNats(t);
  t.notRegex(await readFile(config, 'utf8'), /\bS[AOU][A-Z2-7]{56}\b/);
});

test('one configuration serves all servers of a cluster, and only its owner reads it', async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, 'nats.conf');
  const routes = ['nats-1:6222', 'nats-2:6222', 'nats-3:6222'];
  const args = ['init', 'nats', '--config', config, ...routes.flatMap((one) => ['--route', one])];
  const env = environment(join(folder, 'keys'));

  const { code, stderr } = await runHere(args, env);
  t.is(code, 0, stderr);
  const text = await readFile(config, 'utf8');
  t.regex(text, /^server_name: \$NATS_SERVER_NAME$/m);
  for (const route of routes) t.true(text.includes(`@${route}"`), route);
  t.is((await stat(config)).mode & 0o777, 0o600);

  t.is((await runHere(args, env)).code, 0);
  t.is(await readFile(config, 'utf8'), text, 'again it is the same, its password too');
});

for (const [what, args] of [
  ['route', ['--route', 'nats-1']],
  ['name', ['--name', 'a b']],
] as const) {
  test(`what is no ${what} is refused, and nothing is written`, async (t) => {
    const folder = await temporaryFolder(t);
    const config = join(folder, 'nats.conf');
    const ran = await runHere(
      ['init', 'nats', '--config', config, ...args],
      environment(join(folder, 'keys')),
    );
    t.is(ran.code, 2);
    t.regex(ran.stderr, oneLine('ORC_USAGE'));
    await t.throwsAsync(readFile(config), { code: 'ENOENT' });
  });
}

test('what is no port is refused, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, 'nats.conf');
  const args = ['init', 'nats', '--config', config, '--port', '70000'];

  const { code, stderr } = await runHere(args, environment(join(folder, 'keys')));

  t.is(code, 2);
  t.regex(stderr, oneLine('ORC_USAGE'));
  await t.throwsAsync(readFile(config), { code: 'ENOENT' });
});
