import '../../support/measured-children.ts';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Health } from '../../../platform/service/health.ts';
import { serveHealth } from '../../../platform/service/serve-health.ts';
import { HEALTH_SUBJECT } from '../../../schemas/health.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { ownPort } from '../../support/own-port.ts';
import { startProjections, urlOf } from './running.ts';

async function get(url: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  // Whatever it is: the tests compare it.
  const body = (await response.json()) as { services?: { service: string }[] };
  return { status: response.status, body };
}

/** Asks until the answer has a status: what it tells may be a second old. */
async function untilStatus(url: string, status: number): ReturnType<typeof get> {
  for (;;) {
    const answer = await get(url);
    if (answer.status === status) return answer;
    await delay(100);
  }
}

/** Another program that listens on a port of its own choice, or the one that is asked for. */
async function otherProgram(t: ExecutionContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('the system is well when every expected service answers and every check is well', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir).ready);
  const url = await urlOf(dataDir);

  const alone = await get(`${url}/healthz`);
  t.is(alone.status, 503);
  t.like(alone.body, { ok: false, missing: ['spawner'] });
  t.deepEqual(await get(`${url}/livez`), { status: 200, body: { ok: true } });

  const health = new Health();
  const { nc } = await nats.connect({ name: 'spawner' });
  await serveHealth({ nc, name: 'spawner', node: 'node-a', health });
  const together = await untilStatus(`${url}/healthz`, 200);
  t.is(together.status, 200);
  t.deepEqual(
    together.body.services?.map(({ service }) => service),
    ['projections', 'spawner'],
  );

  health.report('lease', false, 'cannot be renewed');
  const unwell = await untilStatus(`${url}/healthz`, 503);
  t.is(unwell.status, 503);
  t.like(unwell.body.services?.[1], { checks: [{ name: 'lease', detail: 'cannot be renewed' }] });
});

test('B6: whoever asks for health over HTTP at one time, the services are asked once', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir).ready);
  const url = await urlOf(dataDir);
  let asked = 0;
  nats.connection.nc.subscribe(HEALTH_SUBJECT, {
    callback: () => {
      asked += 1;
    },
  });
  await nats.connection.nc.flush();

  await Promise.all(Array.from({ length: 100 }, () => get(`${url}/healthz`)));

  await nats.connection.nc.flush();
  t.is(asked, 1);
});

test('without NATS the system is not well, and the process still lives', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir).ready);
  const url = await urlOf(dataDir);
  await nats.kill();

  t.like(await get(`${url}/healthz`), { status: 503, body: { ok: false, services: [] } });
  t.is((await get(`${url}/livez`)).status, 200);
});

test('where no port is set, the one that the data folder had comes first, then a free one', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  // Not the usual one, which another test’s process would take between the two.
  await mkdir(join(dataDir, 'http'));
  const own = ownPort(t);
  await writeFile(join(dataDir, 'http', 'port'), `${own}\n`);
  const first = startProjections(t, nats, dataDir);
  t.true(await first.ready);
  const url = await urlOf(dataDir);
  await first.stop(30_000);
  const second = startProjections(t, nats, dataDir);
  t.true(await second.ready);
  t.is(await urlOf(dataDir), url);
  t.is(new URL(url).port, String(own));
  await second.stop(30_000);

  const taken = await otherProgram(t);
  await writeFile(join(dataDir, 'http', 'port'), `${taken}\n`);
  t.true(await startProjections(t, nats, dataDir).ready);

  t.not(new URL(await urlOf(dataDir)).port, String(taken));
  t.is((await get(`${await urlOf(dataDir)}/livez`)).status, 200);
});

test('a set port that is taken, or an address of no use, is one line about the setting', async (t) => {
  const nats = await startTestNats(t);
  const taken = String(await otherProgram(t));
  const ends = [{ ORCHESTRATOR_HTTP_PORT: taken }, { ORCHESTRATOR_HTTP_HOST: '192.0.2.1' }].map(
    async (own) => startProjections(t, nats, await temporaryFolder(t), own).ended,
  );

  const [port, host] = await Promise.all(ends);

  t.is(port?.code, 2);
  t.regex(port?.line ?? '', new RegExp(`^ORC_SETTINGS: Port ${taken} .*in use by another program`));
  t.is(host?.code, 2);
  t.regex(host?.line ?? '', /^ORC_SETTINGS: ORCHESTRATOR_HTTP_HOST="192\.0\.2\.1" cannot be bound/);
});

test('on any address but loopback everything but health wants the token of the data folder', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir, { ORCHESTRATOR_HTTP_HOST: '0.0.0.0' }).ready);
  const url = `http://127.0.0.1:${new URL(await urlOf(dataDir)).port}`;
  const token = (await readFile(join(dataDir, 'auth', 'http.token'), 'utf8')).trim();

  t.is((await get(`${url}/livez`)).status, 200);
  t.is((await get(`${url}/healthz`)).status, 503);
  for (const wrong of [undefined, 'wrong', `${token}x`]) {
    const refused = await get(`${url}/anything`, wrong);
    t.is(refused.status, 401);
    t.like(refused.body, { code: 'ORC_CREDS' });
  }
  t.like(await get(`${url}/anything`, token), {
    status: 404,
    body: { code: 'ORC_NO_ROUTE' },
  });
});

test('a token that is set is wanted on loopback too', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  const own = { ORCHESTRATOR_HTTP_TOKEN: 'a token that is set' };
  t.true(await startProjections(t, nats, dataDir, own).ready);
  const url = await urlOf(dataDir);

  t.is((await get(`${url}/anything`)).status, 401);
  t.is((await get(`${url}/anything`, own.ORCHESTRATOR_HTTP_TOKEN)).status, 404);
});
