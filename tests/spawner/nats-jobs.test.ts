import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { call, ENDS, end, happened, ofJob } from '../support/job-calls.ts';
import { exampleWorker, HandWorker, type HeldOrder, workedTool } from '../support/nats-workers.ts';
import { startSpawner } from '../support/spawner.ts';

async function world(t: ExecutionContext, tool: ToolDeclaration) {
  const spawner = await startSpawner(t, { tools: [tool], stopGraceMs: 300 });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r line; do :; done');
  await spawner.event(agent, 'process.ready');
  const ask = (input: object = { to: 'live' }) => call(spawner, agent, 'ship.run', { input });
  return { spawner, agent, ask };
}

test('the page shows the worker of Node as it is', (t) => {
  const docs = join(import.meta.dirname, '..', '..', 'docs');
  const program = readFileSync(join(docs, 'examples', 'worker.mjs'), 'utf8');
  t.true(readFileSync(join(docs, 'tools.md'), 'utf8').includes(program));
});

for (const program of ['worker.mjs', 'worker.py'] as const) {
  const isThere = program === 'worker.mjs' || spawnSync('python3', ['--version']).status === 0;
  test(`${program} of the documentation does jobs: signs of life, progress, a result`, async (t) => {
    if (!isThere && process.env.CI !== 'true') {
      t.log('left out: there is no python3');
      t.pass();
      return;
    }
    const { spawner, ask } = await world(t, workedTool('ship'));
    await exampleWorker(t, spawner, program);
    for (const to of ['live', 'test']) {
      const { id } = await ask({ to, seconds: 0.5 });
      t.deepEqual((await end(spawner, id)).data, { result: `shipped to ${to}` });
    }
    const said = ofType(await history(spawner.log), 'job.progress').map(({ data }) => data.percent);
    t.true(said.includes(80));
  });
}

test('of a worker that is killed with kill -9 in the middle the job is interrupted, and nobody gets its order again', async (t) => {
  const { spawner, ask } = await world(t, workedTool('ship'));
  const worker = await exampleWorker(t, spawner, 'worker.mjs');
  const { id } = await ask({ to: 'live', seconds: 60 });
  await happened(spawner, id, 'job.progress');
  worker.kill('SIGKILL');
  const next = await HandWorker.connect(t, spawner);
  const order = next.order();
  t.like((await end(spawner, id)).data, { code: 'ORC_JOB_INTERRUPTED' });
  const second = await ask({ to: 'test' });
  t.like(await order, { id: second.id, attempt: 1 });
});

test('with a retry the next worker gets the order; what the lost one says then changes nothing', async (t) => {
  const { spawner, agent, ask } = await world(t, workedTool('ship', { retries: 1 }));
  const [lost, next] = [await HandWorker.connect(t, spawner), await HandWorker.connect(t, spawner)];
  const { id } = await ask();
  const first = await lost.order();
  lost.alive(first);
  const second = await next.order();
  t.deepEqual([first.attempt, second.attempt, second.id], [1, 2, String(id)]);
  next.alive(second);
  next.say(second, 'progress', { text: 'second' });
  await happened(spawner, id, 'job.progress');
  await next.client.flush();
  lost.say(first, 'completed', { result: 'first' });
  await lost.client.flush();
  next.say(second, 'completed', { result: 'second' });
  t.deepEqual((await end(spawner, id)).data, { result: 'second' });
  const isLate = (event: StoredEvent) => ofJob(id, ENDS)(event) && event.id.includes('late');
  t.deepEqual((await untilEvent(spawner.log, isLate)).data, { result: 'first' });
  const found = await call(spawner, agent, 'job.get', { jobId: id });
  t.like(found, { state: 'completed', result: 'second' });
});

test('a cancel reaches the worker, and an order that nobody has is taken away', async (t) => {
  const { spawner, agent, ask } = await world(t, workedTool('ship'));
  const waiting = await ask();
  await call(spawner, agent, 'job.cancel', { jobId: waiting.id });
  t.is((await end(spawner, waiting.id)).type, 'job.cancelled');
  const worker = await HandWorker.connect(t, spawner);
  const { id } = await ask();
  const order = await worker.order();
  t.is(order.id, String(id));
  worker.alive(order);
  await happened(spawner, id, 'job.accepted');
  await call(spawner, agent, 'job.cancel', { jobId: id });
  const isTold = () =>
    worker.client.heard.some(({ subject }) => subject === `work-over.ship.${id}`);
  await worker.client.until(isTold, 10_000);
  t.is((await end(spawner, id)).type, 'job.cancelled');
});

test('a job that no worker takes, one without a sign and one that takes too long are ended, also while no spawner runs', async (t) => {
  const times = { accept: '2s', heartbeat: '2s', total: '4s' };
  const tool = workedTool('ship', { lease: '1m' }, { timeouts: times });
  const { spawner, ask } = await world(t, tool);
  const worker = await HandWorker.connect(t, spawner);
  const silent = await ask({ to: 'silent' });
  worker.alive(await worker.order());
  await happened(spawner, silent.id, 'job.accepted');
  t.regex(reason((await end(spawner, silent.id)).data), /^no sign of life for 2 s/);
  const long = await ask({ to: 'long' });
  const order = await worker.order();
  worker.alive(order);
  await happened(spawner, long.id, 'job.accepted');
  const signs = setInterval(() => worker.alive(order), 300);
  t.teardown(() => clearInterval(signs));
  t.regex(reason((await end(spawner, long.id)).data), /^it ran for more than 4 s/);
  const nobodys = await ask({ to: 'nobody' });
  await spawner.stop();
  await happened(spawner, nobodys.id, 'job-timer.accept');
  await spawner.start();
  t.regex(reason((await end(spawner, nobodys.id)).data), /^nothing took it within 2 s/);
});

test('what a worker says while no spawner runs counts, and its order is given away once', async (t) => {
  const { spawner, ask } = await world(t, workedTool('ship', { lease: '1m' }));
  const worker = await HandWorker.connect(t, spawner);
  const { id } = await ask();
  const order = await worker.order();
  await spawner.stop();
  worker.say(order, 'completed', { result: 'alone' });
  worker.client.publish({ subject: order.ack, body: '+ACK' });
  await worker.client.flush();
  await spawner.start();
  t.deepEqual((await end(spawner, id)).data, { result: 'alone' });
  t.is(await spawner.log.last('WORK', `work.ship.${id}`), undefined);
});

test('the workers of a tool are followed once for all of its jobs, and each job has its own words', async (t) => {
  const { spawner, ask } = await world(t, workedTool('ship', { lease: '1m' }));
  const worker = await HandWorker.connect(t, spawner);
  const orders: HeldOrder[] = [];
  for (const to of ['north', 'east', 'south']) {
    const { id } = await ask({ to });
    const order = await worker.order();
    t.is(order.id, String(id));
    worker.alive(order);
    await happened(spawner, id, 'job.accepted');
    orders.push(order);
  }
  // What was read of each is closed by a request without an answer.
  const jsm = await spawner.log.connection.jsm();
  const follows = async () => (await jsm.streams.info('WORKED')).state.consumer_count;
  while ((await follows()) > 1) await delay(20);
  t.is(await follows(), 1);
  for (const order of orders.toReversed()) worker.say(order, 'completed', { result: order.id });
  for (const { id } of orders) t.deepEqual((await end(spawner, id)).data, { result: id });
});

const reason = (data: object): string => String(Reflect.get(data, 'reason'));
