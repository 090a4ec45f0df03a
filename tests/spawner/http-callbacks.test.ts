import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { listeningApi } from '../support/http-api.ts';
import { call, ENDS, end, happened, ofJob } from '../support/job-calls.ts';
import {
  type Answer,
  jobService,
  jsonAnswer as json,
  type ServiceRequest,
  servedTool,
} from '../support/job-service.ts';
import { startSpawner } from '../support/spawner.ts';

const posted = z.object({
  id: z.string(),
  callback: z.strictObject({ url: z.url(), token: z.string().min(40) }),
});
type Callback = z.infer<typeof posted>['callback'];

const answered = z.strictObject({ id: z.string(), state: z.string(), late: z.boolean() });

/** What a service says by the callback of its job. */
async function say({ url, token }: Callback, word: object, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(word),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

/** As {@link say}, where it is heard. */
async function heard(callback: Callback, word: object, headers?: Record<string, string>) {
  const { status, body } = await say(callback, word, headers);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  const { state, late } = answered.parse(body);
  return { state, late };
}

const callbackOf = (request: Pick<ServiceRequest, 'body'> | undefined): Callback =>
  posted.parse(JSON.parse(request?.body ?? '')).callback;

const taken = json(202, {});

async function world(t: ExecutionContext, answers: Answer[]) {
  const service = await jobService(t, answers);
  const api = await listeningApi(t);
  const tool = servedTool(service.url, { callback: `${api.url}/` });
  const spawner = await startSpawner(t, { tools: [tool] });
  await api.serve(spawner.log);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r line; do :; done');
  await spawner.event(agent, 'process.ready');
  const ask = async (to = 'live') => (await call(spawner, agent, 'ship.run', { input: { to } })).id;
  const endsOf = async (id: unknown) => (await history(spawner.log)).filter(ofJob(id, ENDS));
  return { spawner, agent, ask, service, api, endsOf };
}

/** Takes a job and tells when it has. */
function taking() {
  const { promise, resolve } = Promise.withResolvers<Callback>();
  const take: Answer = async (response, request, body) => {
    await taken(response, request, body);
    resolve(callbackOf({ body }));
  };
  return { take, callback: promise };
}

const isLate = ({ id }: StoredEvent) => id.startsWith('job.late:');

test('a service that has taken a job says by its callback how far it is and what it comes to, and is not asked', async (t) => {
  const { take, callback } = taking();
  const { spawner, agent, ask, service, endsOf } = await world(t, [take]);
  const id = await ask();
  const back = await callback;
  t.true(back.url.endsWith(`/jobs/${id}/callback`));
  await happened(spawner, id, 'job.accepted');
  t.deepEqual(await heard(back, { state: 'working', percent: 40, text: 'building' }), {
    state: 'working',
    late: false,
  });
  const result = { at: ['live', 1] };
  const done = { state: 'completed', result };
  t.deepEqual(await heard(back, done), { state: 'completed', late: false });
  t.deepEqual((await end(spawner, id)).data, { result });
  // The agent that called is told, as of any end.
  await spawner.event(agent, 'command.send', ({ data }) => data.text.includes(String(id)));
  t.deepEqual(await heard(back, done), { state: 'completed', late: false }, 'a repeat');
  t.is((await endsOf(id)).length, 1);

  const failed = { state: 'failed', error: 'too late' };
  for (let times = 0; times < 2; times += 1) {
    t.deepEqual(await heard(back, failed), { state: 'completed', late: true });
  }
  t.deepEqual(await heard(back, { state: 'working', text: 'still' }), {
    state: 'completed',
    late: true,
  });
  const [over, ...late] = await endsOf(id);
  t.is(over?.type, 'job.completed');
  t.true(late.length === 1 && late.every(isLate));
  t.like(late[0]?.data, { code: 'ORC_JOB_FAILED', reason: 'too late' });
  t.like(await call(spawner, agent, 'job.get', { jobId: id }), { state: 'completed', result });

  t.deepEqual(
    service.heard.map(({ method, signed }) => [method, signed]),
    [['POST', true]],
  );
  const events = await history(spawner.log);
  const progress = ofType(events, 'job.progress').map(({ data }) => data);
  t.deepEqual(progress, [{ percent: 40, text: 'building' }]);
  t.false(JSON.stringify(events).includes(back.token));
});

test('a callback is opened by the token of its own job, and by no other', async (t) => {
  const [first, second] = [taking(), taking()];
  const { ask, endsOf } = await world(t, [first.take, second.take]);
  const ids = [await ask('one')];
  const one = await first.callback;
  ids.push(await ask('two'));
  const two = await second.callback;
  const done = { state: 'completed' };
  const nowhere = one.url.replace(String(ids[0]), 'job_none');
  const wrong = [
    { ...one, token: two.token },
    { ...one, token: 'of the settings' },
    { ...one, token: `${one.token}x` },
    { ...one, url: nowhere },
  ];
  for (const callback of wrong) t.like(await say(callback, done), { status: 401 });
  const bare = await fetch(one.url, { method: 'POST', body: '{}' });
  t.true([400, 401, 415].includes(bare.status), `${bare.status}`);
  const other = await fetch(one.url.replace('/callback', ''), {
    headers: { authorization: `Bearer ${one.token}` },
  });
  t.is(other.status, 401, 'it opens nothing else');
  t.like(await say(one, { state: 'done' }), { status: 400 });
  t.deepEqual([...(await endsOf(ids[0])), ...(await endsOf(ids[1]))], []);
  t.deepEqual(await heard(one, done), { state: 'completed', late: false });
});

test('of many who end a job at once one does, and the word of each other is late', async (t) => {
  const { take, callback } = taking();
  const { spawner, ask, endsOf } = await world(t, [take]);
  const id = await ask();
  const back = await callback;
  await happened(spawner, id, 'job.accepted');
  const said = await Promise.all(
    Array.from({ length: 6 }, (_, nth) => heard(back, { state: 'completed', result: nth })),
  );
  t.is(said.filter(({ late }) => !late).length, 1);
  const ends = await endsOf(id);
  t.is(ends.length, 6);
  t.is(ends.filter((event) => !isLate(event)).length, 1);
});

test('what is said before the answer to the request counts, and the service is not asked again', async (t) => {
  const early: Answer = async (_response, request, body) => {
    await heard(callbackOf({ body }), { state: 'completed', result: 'early' });
    request.socket.destroy();
  };
  const { spawner, ask, service } = await world(t, [early]);
  const id = await ask();
  t.deepEqual((await end(spawner, id)).data, { result: 'early' });
  await spawner.stop();
  t.is(service.heard.length, 1);
});

test('the next spawner sends the same token, and what is said while none runs counts', async (t) => {
  const { take, callback } = taking();
  const second = taking();
  const { spawner, ask, service, endsOf } = await world(t, [take, second.take]);
  const id = await ask();
  const back = await callback;
  await happened(spawner, id, 'job.accepted');
  await spawner.stop();
  await spawner.start();
  t.deepEqual(await second.callback, back);
  await spawner.stop();
  t.deepEqual(await heard(back, { state: 'failed', error: 'no disk' }), {
    state: 'failed',
    late: false,
  });
  await spawner.start();
  t.like((await end(spawner, id)).data, { code: 'ORC_JOB_FAILED', reason: 'no disk' });
  t.is(service.heard.length, 2);
  t.is((await endsOf(id)).length, 1);
});

test('a service that says where it can be asked is asked too, so that a lost callback is no lost job', async (t) => {
  const place = json(202, {}, { location: '/jobs/1' });
  const done = json(200, { state: 'completed', result: 'asked' });
  const { spawner, ask, service } = await world(t, [place, done]);
  t.deepEqual((await end(spawner, await ask())).data, { result: 'asked' });
  t.deepEqual(
    service.heard.map(({ method }) => method),
    ['POST', 'GET'],
  );
});

test('after a cancel the word of the service is kept, and the job stays cancelled', async (t) => {
  const { take, callback } = taking();
  const { spawner, agent, ask, endsOf } = await world(t, [take]);
  const id = await ask();
  const back = await callback;
  await happened(spawner, id, 'job.accepted');
  await call(spawner, agent, 'job.cancel', { jobId: id });
  t.is((await end(spawner, id)).type, 'job.cancelled');
  t.deepEqual(await heard(back, { state: 'completed' }), { state: 'cancelled', late: true });
  t.deepEqual(
    (await endsOf(id)).map(({ type }) => type),
    ['job.cancelled', 'job.completed'],
  );
});
