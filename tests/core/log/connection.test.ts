import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { connectLog } from '../../../core/log/connection.ts';
import { publishEvent } from '../../../core/log/publish-event.ts';
import { mintAgentCredentials } from '../../../platform/nats/agent-credentials.ts';
import { ensureTrust } from '../../../platform/nats/trust.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { ownPort } from '../../support/own-port.ts';
import { Wire } from '../../support/wire.ts';
import { AGENT, answer } from './events.ts';

const OPTIONS = { name: 'test', timeoutMs: 20_000 };
const HOUR_MS = 3_600_000;

test('without a server it says that NATS cannot be reached, and where it looked', async (t) => {
  const url = `nats://127.0.0.1:${ownPort(t)}`;
  const error = await t.throwsAsync(connectLog({ ...OPTIONS, url }));
  t.like(error, { code: 'ORC_NOT_REACHABLE' });
  t.true(error?.message.includes(url));
});

test('where no server is named none of this machine is taken for it', async (t) => {
  for (const url of ['', ' ', ',']) {
    const refused = connectLog({ ...OPTIONS, url, waitOnFirstConnect: true });
    const error = await t.throwsAsync(refused, { code: 'ORC_SETTINGS' });
    t.true(error?.message.includes(`${JSON.stringify(url)} names no server`), error?.message);
  }
});

test('a port where nobody speaks NATS is not reachable, within the time given', async (t) => {
  // The client leaves its socket open after a time-out: only we can end it.
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const port = ownPort(t);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `nats://127.0.0.1:${port}`;
  await t.throwsAsync(connectLog({ ...OPTIONS, url, timeoutMs: 200 }), {
    code: 'ORC_NOT_REACHABLE',
  });
});

test('a credentials file that is absent or damaged is named', async (t) => {
  const folder = await temporaryFolder(t);
  const absent = join(folder, 'absent.creds');
  const damaged = join(folder, 'damaged.creds');
  await writeFile(damaged, 'not credentials');
  for (const file of [absent, damaged]) {
    const connected = connectLog({ ...OPTIONS, url: 'nats://127.0.0.1:1', credentials: { file } });
    const error = await t.throwsAsync(connected);
    t.like(error, { code: 'ORC_CREDS' });
    t.true(error?.message.includes(file));
  }
});

test('credentials with a damaged seed are damaged credentials, not a missing server', async (t) => {
  const { url, operatorCreds } = await startTestNats(t);
  const jwt = /JWT-+\n(\S+)/.exec(await readFile(operatorCreds, 'utf8'))?.[1] ?? '';
  const credentials = { jwt, seed: 'SUADAMAGED' };
  await t.throwsAsync(connectLog({ ...OPTIONS, url, credentials }), { code: 'ORC_CREDS' });
});

test('a server that asks for credentials says that they are missing', async (t) => {
  const { url } = await startTestNats(t);
  await t.throwsAsync(connectLog({ ...OPTIONS, url }), { code: 'ORC_CREDS' });
});

test('credentials that somebody else signed are not permitted', async (t) => {
  const { url } = await startTestNats(t);
  const stranger = await ensureTrust(join(await temporaryFolder(t), 'auth'));
  const credentials = { file: stranger.operatorCreds };
  await t.throwsAsync(connectLog({ ...OPTIONS, url, credentials }), { code: 'ORC_NOT_PERMITTED' });
});

test('expired credentials are told from wrong ones, also while they are waited with', async (t) => {
  const { url, agentsSeed, dataDir } = await startTestNats(t);
  const file = join(dataDir, 'agent.creds');
  const past = new Date(Date.now() - HOUR_MS);
  await writeFile(
    file,
    await mintAgentCredentials(agentsSeed, { agentId: AGENT, expiresAt: past }),
  );
  const options = { ...OPTIONS, url, credentials: { file } };
  const error = await t.throwsAsync(connectLog(options));
  t.like(error, { code: 'ORC_CREDS_EXPIRED' });
  t.true(error?.message.includes(past.toISOString().slice(0, 16)));
  const waiting = connectLog({ ...options, waitOnFirstConnect: true });
  await t.throwsAsync(waiting, { code: 'ORC_CREDS_EXPIRED' });
});

test('credentials that expire while they are used end the connection', async (t) => {
  const { connectAgent } = await startTestNats(t);
  const agent = await connectAgent(AGENT, new Date(Date.now() + 2_000));
  t.like(await publishEvent(agent.nc, answer('a')), { ok: true });
  await agent.nc.closed();
  t.true(agent.nc.isClosed());
});

test('a service waits for a server that comes later', async (t) => {
  const { url, operatorCreds, kill, restart } = await startTestNats(t);
  await kill();
  const credentials = { file: operatorCreds };
  const waiting = connectLog({ ...OPTIONS, url, credentials, waitOnFirstConnect: true });
  await restart();
  const connection = await waiting;
  t.false(connection.nc.isClosed());
  await connection.close();
});

test('a service that is told to stop waits no longer', async (t) => {
  const url = `nats://127.0.0.1:${ownPort(t)}`;
  const stop = new AbortController();
  const waiting = connectLog({
    ...OPTIONS,
    url,
    waitOnFirstConnect: true,
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(), 50);
  await t.throwsAsync(waiting, { code: 'ORC_NOT_REACHABLE' });
});

test('a connection that breaks while it is closed is closed, also where it is not made again', async (t) => {
  const { url, operatorCreds } = await startTestNats(t);
  const wire = await Wire.to(Number(new URL(url).port), t);
  const credentials = { file: operatorCreds };
  const options = { ...OPTIONS, url: wire.url, credentials, maxReconnectAttempts: 0 };
  const connection = await connectLog(options);
  wire.passes = (said) => {
    if (said.includes('PONG')) wire.cut();
    return !said.includes('PONG');
  };

  await connection.close();

  t.true(connection.nc.isClosed());
});
