import { spawn } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { connectLog } from '../../../core/log/connection.ts';
import {
  type EmbeddedNats,
  type EmbeddedNatsOptions,
  startEmbeddedNats,
} from '../../../platform/nats/embedded-nats.ts';
import { processIdentity } from '../../../platform/service/process-identity.ts';
import { temporaryFolder, testServerPath } from '../../support/nats.ts';
import { ownPort } from '../../support/own-port.ts';

const log = pino({ level: 'silent' });

async function options(t: ExecutionContext): Promise<EmbeddedNatsOptions> {
  const [dataDir, port] = [await temporaryFolder(t), ownPort(t)];
  return { dataDir, port, log, serverPath: await testServerPath() };
}

async function start(t: ExecutionContext, given: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  const nats = await startEmbeddedNats(given);
  t.teardown(() => nats.stop());
  return nats;
}

const connect = ({ url, operatorCreds }: EmbeddedNats) =>
  connectLog({
    url,
    credentials: { file: operatorCreds },
    name: 'test',
    timeoutMs: 2_000,
    waitOnFirstConnect: true,
  });

/** A program of that text, in the place of nats-server. */
async function fakeServer(t: ExecutionContext, script: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'nats-server');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('it takes connections as soon as it has started, and none after it was stopped', async (t) => {
  const nats = await start(t, await options(t));
  const connection = await connect(nats);
  t.is(connection.nc.info?.max_payload, 8 * 1024 * 1024);
  await connection.close();
  await nats.stop();
  t.is(processIdentity(nats.pid), undefined);
  await nats.stop();
});

test('its URL and its port are written down for others', async (t) => {
  const given = await options(t);
  const { url } = await start(t, given);
  t.is(url, `nats://127.0.0.1:${given.port}`);
  t.is(await readFile(join(given.dataDir, 'nats', 'url'), 'utf8'), `${url}\n`);
  t.is(await readFile(join(given.dataDir, 'nats', 'port'), 'utf8'), `${given.port}\n`);
});

test('the next run of a data folder has the same port, without being told', async (t) => {
  const given = await options(t);
  const first = await start(t, given);
  await first.stop();
  const second = await start(t, { ...given, port: undefined });
  t.is(second.url, first.url);
});

test('a data folder without a port gets one and keeps it', async (t) => {
  const given = { ...(await options(t)), port: undefined };
  const first = await start(t, given);
  await first.stop();
  const second = await start(t, given);
  t.is(second.url, first.url);
});

test('killed, it comes back on its port with what it had', async (t) => {
  const nats = await start(t, await options(t));
  const connection = await connect(nats);
  const jsm = await connection.jsm();
  await jsm.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await connection.nc.request('kept', 'x');
  const killed = nats.pid;
  const disconnected = new Promise<void>((resolve) => connection.onDisconnect(resolve));
  process.kill(killed, 'SIGKILL');
  await disconnected;
  const again = await connect(nats);
  t.not(nats.pid, killed);
  t.is(nats.restarts, 1);
  t.is((await (await again.jsm()).streams.info('KEPT')).state.messages, 1);
  await Promise.all([connection.close(), again.close()]);
});

for (const [which, forget] of [
  ['', false],
  [' before it had noted which', true],
] as const) {
  test(`a server that a killed run left behind${which} is ended, and its data is taken over`, async (t) => {
    await leftBehind(t, forget);
  });
}

async function leftBehind(t: ExecutionContext, forget: boolean): Promise<void> {
  const given = await options(t);
  const script = `
    import { pino } from 'pino';
    import { startEmbeddedNats } from './platform/nats/embedded-nats.ts';
    const nats = await startEmbeddedNats({ ...JSON.parse(process.argv[1]), log: pino({ level: 'silent' }) });
    console.log(nats.pid);
    setInterval(() => {}, 1000);`;
  const { log: _, ...plain } = given;
  const run = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, JSON.stringify(plain)],
    {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const left = Number(await new Promise<string>((resolve) => run.stdout.once('data', resolve)));
  run.kill('SIGKILL');
  t.truthy(processIdentity(left), 'the server outlives its run');
  if (forget) await rm(join(given.dataDir, 'nats', 'process.json'));
  const nats = await start(t, { ...given, port: undefined });
  t.is(processIdentity(left), undefined);
  t.not(nats.pid, left);
  await (await connect(nats)).close();
}

test('a pid that is another program’s by now is left alone', async (t) => {
  const given = await options(t);
  const stranger = spawn('sleep', ['60']);
  t.teardown(() => stranger.kill());
  await start(t, given).then((nats) => nats.stop());
  await writeFile(join(given.dataDir, 'nats', 'nats.pid'), String(stranger.pid));
  await start(t, given);
  t.truthy(processIdentity(stranger.pid ?? 0));
});

test('a remembered process that is another one by now is left alone', async (t) => {
  const given = await options(t);
  const stranger = spawn('sleep', ['60']);
  t.teardown(() => stranger.kill());
  await start(t, given).then((nats) => nats.stop());
  const record = JSON.stringify({ pid: stranger.pid, identity: 'of long ago' });
  await writeFile(join(given.dataDir, 'nats', 'process.json'), record);
  await start(t, given);
  t.truthy(processIdentity(stranger.pid ?? 0));
});

test('a port that is taken is named, the one asked for as well as the one remembered', async (t) => {
  const given = await options(t);
  await start(t, given).then((nats) => nats.stop());
  const other = createServer();
  t.teardown(() => other.close());
  await new Promise<void>((resolve) => other.listen(given.port, '127.0.0.1', resolve));
  for (const port of [given.port, undefined]) {
    const error = await t.throwsAsync(startEmbeddedNats({ ...given, port }));
    t.like(error, { code: 'ORC_PORT_IN_USE' });
    t.true(error?.message.includes(String(given.port)));
  }
});

test('an old nats-server is refused by its version', async (t) => {
  const serverPath = await fakeServer(t, 'echo "nats-server: v2.10.29"');
  const error = await t.throwsAsync(startEmbeddedNats({ ...(await options(t)), serverPath }));
  t.like(error, { code: 'ORC_NATS_OLD' });
  t.true(error?.message.includes('2.10.29'));
});

test('what is not there, or is no nats-server, is missing', async (t) => {
  const given = await options(t);
  const silent = await fakeServer(t, 'exit 0');
  for (const serverPath of ['/nowhere/nats-server', silent]) {
    await t.throwsAsync(startEmbeddedNats({ ...given, serverPath }), { code: 'ORC_NATS_MISSING' });
  }
});

test('a server that dies at its start says why with the last line of its log', async (t) => {
  const script = `[ "$1" = --version ] && echo v2.15.1 && exit 0\necho "first"\necho "the disk is on fire" >&2\nexit 1`;
  const serverPath = await fakeServer(t, script);
  const error = await t.throwsAsync(startEmbeddedNats({ ...(await options(t)), serverPath }));
  t.like(error, { code: 'ORC_NATS_FAILED' });
  t.true(error?.message.includes('the disk is on fire'));
});

test('it listens on loopback only and has no monitoring port', async (t) => {
  const given = await options(t);
  await start(t, given);
  const config = await readFile(join(given.dataDir, 'nats', 'nats.conf'), 'utf8');
  t.regex(config, /^host: "127\.0\.0\.1"$/m);
  t.notRegex(config, /^\s*https?(_port)?:|monitor/m);
});
