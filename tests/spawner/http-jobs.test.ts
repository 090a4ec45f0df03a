import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { call, end, happened } from '../support/job-calls.ts';
import {
  type Answer,
  brokenAnswer,
  jobService,
  jsonAnswer as json,
  servedTool,
} from '../support/job-service.ts';
import { startSpawner } from '../support/spawner.ts';

const taken = json(202, {}, { location: '/jobs/1' });

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
  const { url, heard } = await jobService(t, [
    brokenAnswer,
    json(503, {}),
    taken,
    brokenAnswer,
    working,
    working,
    done,
  ]);
  const { spawner, job, agent } = await world(t, servedTool(url));
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
  ['no JSON', (response: ServerResponse) => void response.end('<html>'), /no JSON: <html>/],
] as const) {
  test(`${what} of a service fails its job, and is said`, async (t) => {
    const { url } = await jobService(t, [answer]);
    const { spawner, job } = await world(t, servedTool(url));
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
      '',
    );
  const { server, url, heard } = await jobService(t, [works]);
  const { spawner, job, agent } = await world(t, servedTool(url));
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
  const { url } = await jobService(t, [() => undefined]);
  const { spawner, job } = await world(t, servedTool(url, {}, { timeouts: { total: '1s' } }));
  t.like((await end(spawner, job.id)).data, { code: 'ORC_JOB_TIMED_OUT' });
});
