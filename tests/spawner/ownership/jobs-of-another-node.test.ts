import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { StoredEvent } from '../../../schemas/event.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { command, createAgent } from '../../support/commands.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { ENDS, ofJob, toolCall } from '../../support/job-calls.ts';
import { HandWorker } from '../../support/nats-workers.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import { type Spawners, startSpawners } from '../../support/spawner-process.ts';

/** Two nodes that share nothing but the server. */
async function world(t: ExecutionContext) {
  const tools = mkdtempSync(join(tmpdir(), 'orchestrator-tools-'));
  t.teardown(() => removeFolder(tools));
  const executors = {
    ship: { kind: 'nats', lease: '1m' },
    // It lives on when its spawner is gone, and not longer than the test.
    build: { kind: 'command', command: ['sh', '-c', `while [ -d ${tools} ]; do sleep 0.3; done`] },
  };
  for (const [name, executor] of Object.entries(executors)) {
    const declaration = { name, summary: 'Does it.', executor };
    writeFileSync(join(tools, `${name}.json`), JSON.stringify(declaration));
  }
  const environment = { ORCHESTRATOR_TOOLS_DIR: tools };
  const spawners = await startSpawners(t, { grace: '3s', environment });
  const a = await spawners.spawner('a', spawners.place());
  const agent = newAgentId();
  await createAgent(spawners.log, agent, 'while read -r line; do :; done');
  await event(spawners, ({ type, subject }) => type === 'process.ready' && subject.includes(agent));
  return { spawners, a, agent };
}

const event = ({ log }: Spawners, isWanted: (event: StoredEvent) => boolean) =>
  untilEvent(log, isWanted, AbortSignal.timeout(60_000));

/** The job that a call comes to; it outlives the agent that called. */
async function ask(spawners: Spawners, agent: string, path: string): Promise<string> {
  const asked = toolCall(agent, path, {});
  await spawners.log.append(asked);
  const result = await event(
    spawners,
    ({ type, data }) => type === 'result' && Reflect.get(data, 'callId') === asked.id,
  );
  await spawners.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await event(
    spawners,
    ({ type, subject }) => type === 'process.stopped' && subject.includes(agent),
  );
  return String(Reflect.get(Object(Reflect.get(result.data, 'value')), 'id'));
}

const end = (spawners: Spawners, jobId: string) => event(spawners, ofJob(jobId, ENDS));

test('the open job of a worker is followed by the next node when its own is gone, and given away once', async (t) => {
  const { spawners, a, agent } = await world(t);
  const worker = await HandWorker.connect(t, spawners);
  const jobId = await ask(spawners, agent, 'ship.run');
  const order = await worker.order();
  worker.alive(order);
  await event(spawners, ofJob(jobId, ['job.accepted']));
  await a.kill();
  // Nobody hears it now; whoever comes next does.
  worker.say(order, 'progress', { percent: 40 });
  await worker.client.flush();
  const b = await spawners.spawner('b', spawners.place());
  const isNext = (each: StoredEvent) =>
    ofJob(jobId, ['job.accepted'])(each) && Reflect.get(each.data, 'epoch') === 2;
  t.is(Reflect.get((await event(spawners, isNext)).data, 'node'), b.node);
  // A sign of life is stated as well, where it was heard before the node was gone.
  const isOfProgram = (each: StoredEvent) =>
    ofJob(jobId, ['job.progress'])(each) && Reflect.has(each.data, 'percent');
  t.like((await event(spawners, isOfProgram)).data, { percent: 40 });
  worker.say(order, 'completed', { result: 'shipped' });
  t.deepEqual((await end(spawners, jobId)).data, { result: 'shipped' });
  const accepted = ofType(await history(spawners.log), 'job.accepted');
  t.deepEqual(
    accepted.map(({ data }) => data.node),
    [a.node, b.node],
  );
  t.is(order.attempt, 1);
  t.is(await spawners.log.last('WORK', `work.ship.${jobId}`), undefined);
});

test('a job whose machine is gone is interrupted when that was silent for long, also without an agent there', async (t) => {
  const { spawners, a, agent } = await world(t);
  const jobId = await ask(spawners, agent, 'build.run');
  await event(spawners, ofJob(jobId, ['job.accepted']));
  await a.kill();
  await spawners.spawner('b', spawners.place());
  t.like((await end(spawners, jobId)).data, { code: 'ORC_JOB_INTERRUPTED' });
});
