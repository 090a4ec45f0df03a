import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import test from 'ava';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { startProjections, urlOf } from './running.ts';

/** The status and the error's code of a GET with headers that `fetch` would not send. */
async function asked(url: string, headers: Record<string, string>) {
  const sent = request(url, { headers }).end();
  const [response] = await once(sent, 'response');
  const error = (await json(response)) as { code?: string; cure?: string };
  return { status: response.statusCode, error };
}

const FOREIGN = ['evil.example', 'evil.example:8000', 'localhost.evil.example', 'localhost@evil'];

test('F13: on loopback nobody is answered who asks by another name, or for a page of another', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir).ready);
  const url = await urlOf(dataDir);
  const { port } = new URL(url);

  for (const path of ['/healthz', '/livez', '/nowhere']) {
    for (const host of FOREIGN) {
      const { status, error } = await asked(`${url}${path}`, { host });
      t.is(status, 403, host);
      t.is(error.code, 'ORC_FOREIGN_HOST');
      t.true(error.cure?.includes('ORCHESTRATOR_HTTP_ALLOWED_HOSTS'));
    }
    for (const origin of ['http://evil.example', 'https://localhost.evil.example', 'null', 'x']) {
      t.is((await asked(`${url}${path}`, { origin })).status, 403, origin);
    }
  }
  for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1:1', '[::1]', `[::1]:${port}`]) {
    t.is((await asked(`${url}/livez`, { host })).status, 200, host);
  }
  for (const origin of [url, 'http://localhost:3000']) {
    t.is((await asked(`${url}/livez`, { origin })).status, 200, origin);
  }
});

test('F13: a host that a setting names may be asked, wherever the API is bound', async (t) => {
  const nats = await startTestNats(t);
  const own = { ORCHESTRATOR_HTTP_ALLOWED_HOSTS: 'orchestrator.example, projections' };
  for (const bound of ['127.0.0.1', '0.0.0.0']) {
    const dataDir = await temporaryFolder(t);
    const settings = { ...own, ORCHESTRATOR_HTTP_HOST: bound };
    t.true(await startProjections(t, nats, dataDir, settings).ready);
    const url = `http://127.0.0.1:${new URL(await urlOf(dataDir)).port}/livez`;

    const origin = 'https://orchestrator.example';
    t.is((await asked(url, { host: 'orchestrator.example', origin })).status, 200);
    t.is((await asked(url, { host: 'projections:8000' })).status, 200);
    t.is((await asked(url, {})).status, 200, 'and this machine');
    t.is((await asked(url, { host: 'evil.example' })).status, 403);
    t.is((await asked(url, { origin: 'http://evil.example' })).status, 403);
  }
});

test('elsewhere than on loopback any host may be asked while no setting names some', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  t.true(await startProjections(t, nats, dataDir, { ORCHESTRATOR_HTTP_HOST: '0.0.0.0' }).ready);
  const url = `http://127.0.0.1:${new URL(await urlOf(dataDir)).port}`;

  t.is((await asked(`${url}/livez`, { host: 'orchestrator.example' })).status, 200);
  t.is((await asked(`${url}/nowhere`, { host: 'orchestrator.example' })).status, 401);
});
