import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { type ToolDeclaration, toolDeclaration } from '../../schemas/tool-declaration.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { call, end, happened } from '../support/job-calls.ts';
import { startSpawner } from '../support/spawner.ts';

const KEY = 'a key of nobody';
process.env.TEST_SHIP_KEY = KEY;

interface Heard {
  method: string;
  path: string;
  body: string;
  job: string;
  signed: boolean;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A real server, whose answers are given one after the other; the last one again and again. */
async function service(t: ExecutionContext, answers: Answer[]) {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const signed = [headers['x-orchestrator-time'], method, path, body].join('\n');
    const signature = `sha256=${createHmac('sha256', KEY).update(signed).digest('hex')}`;
    heard.push({
      method,
      path,
      body,
      job: String(headers['idempotency-key']),
      signed: headers['x-orchestrator-signature'] === signature,
    });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    next?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { server, heard, url: `http://127.0.0.1:${port}/jobs` };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const broken: Answer = (_response, request) => request.socket.destroy();
const taken = json(202, {}, { location: '/jobs/1' });

const ship = (url: string, own: Record<string, unknown> = {}): ToolDeclaration =>
  toolDeclaration.parse({
    name: 'ship',
    summary: 'Ships it.',
    input: { properties: { to: {} } },
    executor: { kind: 'http', url, secret: 'TEST_SHIP_KEY', poll: '100ms' },
    ...own,
  });

async function world(t: ExecutionContext, tool: ToolDeclaration) {
  const spawner = await startSpawner(t, { tools: [tool] });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r line; do :; done');
  await spawner.event(agent, 'process.ready');
  return { spawner, job: await call(spawner, agent, 'ship.run', { input: { to: 'live' } }), agent };
}

test('a service is asked until it has heard, and then how far it is: each request signed, with one key', async (t) => {
  const working = json(200, { state: 'working', percent: 40, text: 'building' });
  const done = json(200, { state: 'completed', result: { at: 'live' } });
  const { url, heard } = await service(t, [
    broken,
    json(503, {}),
    taken,
    broken,
    working,
    working,
    done,
  ]);
  const { spawner, job, agent } = await world(t, ship(url));
  t.deepEqual((await end(spawner, job.id)).data, { result: { at: 'live' } });
  t.deepEqual(
    heard.map(({ method, path }) => `${method} ${path}`),
    ['POST /jobs', 'POST /jobs', 'POST /jobs', ...Array<string>(4).fill('GET /jobs/1')],
  );
  t.true(heard.every((each) => each.signed && each.job === job.id));
  t.like(JSON.parse(heard[0]?.body ?? ''), {
    id: job.id,
    tool: 'ship',
    input: { to: 'live' },
    agentId: agent,
  });
  const progress = ofType(await history(spawner.log), 'job.progress').map(({ data }) => data);
  t.deepEqual(progress, [{ percent: 40, text: 'building' }]);
});

for (const [what, answer, reason] of [
  ['a refusal', json(422, { error: 'no such stage' }), /^HTTP 422: .*no such stage/],
  ['a redirect', json(302, {}, { location: 'http://127.0.0.1:1/' }), /^HTTP 302/],
  ['a place elsewhere', json(202, {}, { location: 'http://127.0.0.1:1/' }), /another service/],
  ['no place', json(202, {}), /without a Location/],
  ['a failure', json(200, { state: 'failed', error: 'out of disk' }), /^out of disk$/],
  ['no JSON', (response: ServerResponse) => response.end('<html>'), /no JSON: <html>/],
] as const) {
  test(`${what} of a service fails its job, and is said`, async (t) => {
    const { url } = await service(t, [answer]);
    const { spawner, job } = await world(t, ship(url));
    const { data } = await end(spawner, job.id);
    t.like(data, { code: 'ORC_JOB_FAILED' });
    t.regex(String(Reflect.get(Object(data), 'reason')), reason);
  });
}

test('the next spawner asks for the same with the same key; a cancel is told to the service', async (t) => {
  const works: Answer = (response, request) =>
    (request.method === 'POST' ? taken : json(200, { state: 'working', percent: 1 }))(
      response,
      request,
    );
  const { server, url, heard } = await service(t, [works]);
  const { spawner, job, agent } = await world(t, ship(url));
  await happened(spawner, job.id, 'job.progress');
  await spawner.stop();
  const again = once(server, 'request');
  await spawner.start();
  const [request] = (await again) as [IncomingMessage];
  t.is(request.method, 'POST');
  t.is(request.headers['idempotency-key'], String(job.id));
  await call(spawner, agent, 'job.cancel', { jobId: job.id });
  t.is((await end(spawner, job.id)).type, 'job.cancelled');
  t.is(heard.at(-1)?.method, 'DELETE');
  t.is(new Set(heard.map((each) => each.job)).size, 1);
});

test('a service that hangs or is away is given up when the time of its job is over', async (t) => {
  const { url } = await service(t, [() => undefined]);
  const { spawner, job } = await world(t, ship(url, { timeouts: { total: '1s' } }));
  t.like((await end(spawner, job.id)).data, { code: 'ORC_JOB_TIMED_OUT' });
});
