import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { answerJob } from '../../core/conversation/answer-job.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import { untilStored } from '../../core/log/until-stored.ts';
import { retry } from '../../platform/async/retry.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { createAgent } from '../support/commands.ts';
import { commitFiles, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { ENDS, ofJob, toolCall } from '../support/job-calls.ts';
import { random } from '../support/random.ts';
import { startSpawners } from '../support/spawner-process.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 3);

/** How long a deploy goes on, and so the time in which its spawner is killed, milliseconds. */
const LASTS_MS = 1_200;

/** What is killed with `kill -9` in a round, all at once; then all of it is started again. */
const VICTIMS = [['spawner'], ['NATS'], ['spawner', 'NATS']] as const;

const ANN = { channel: 'test', userId: 'ann' };

/** Answers what it is told of jobs, so that each such turn ends well. */
const AGENT = 'while IFS= read -r line; do orchestrator answer "$line"; done';

test('whenever the spawner of a deploy, NATS, or both are killed, it ends once, its program runs at most once, and the agent is told', async (t) => {
  t.timeout(120_000 + ROUNDS * 30_000);
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const folder = ownFolder(t);
  const ran = join(folder, 'ran');
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  mkdirSync(join(shop, '.orchestrator'));
  const script = `#!/bin/sh
echo "$JOB_ID $JOB_COMMIT" >> ${ran}
for n in 1 2 3 4; do echo "{\\"percent\\":$((n * 20))}" >&3; sleep ${LASTS_MS / 4_000}; done
echo '{"result":"shipped"}' >&3
`;
  writeFileSync(join(shop, '.orchestrator/deploy'), script);
  chmodSync(join(shop, '.orchestrator/deploy'), 0o755);
  const commit = commitFiles(shop, {}, 'How it is deployed');

  const spawners = await startSpawners(t, { environment: { ORCHESTRATOR_PROJECT_ROOTS: folder } });
  const { log } = spawners;
  const spawner = await spawners.spawner('a', spawners.place());
  const project = { name: 'shop', owner: ANN, repo: shop };
  const meta = { id: 'project.created:proj_shop', source: 'test', now: new Date() };
  await log.append(newEvent('project.created', { projectId: 'proj_shop' }, project, meta));
  await untilEvent(log, ({ type }) => type === 'project.ready');
  const agent = newAgentId();
  await createAgent(log, agent, AGENT, { owner: ANN, ttlMs: 3_600_000 });

  const patience = () => AbortSignal.timeout(90_000);
  const jobs: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    // From the call on: while it is decided, asked, taken, begun, running, or over.
    const at = next(2 * LASTS_MS);
    const victims: readonly string[] = VICTIMS[next(VICTIMS.length)] ?? [];
    const killed = delay(at).then(async () => {
      const [isSpawner, isNats] = [victims.includes('spawner'), victims.includes('NATS')];
      await Promise.all([isSpawner && spawner.kill(), isNats && spawners.nats.kill()]);
      if (isNats) await spawners.nats.restart();
      if (isSpawner) await spawner.start();
    });
    const call = toolCall(agent, 'deploy.run', { input: { projectId: 'shop' }, key: `${round}` });
    await untilStored(() => log.append(call));
    const isAsked = (event: StoredEvent) =>
      event.type === 'job.input-required' && !jobs.includes(event.subject.split('.')[1] ?? '');
    const asked = await untilEvent(log, isAsked, patience());
    const jobId = asked.subject.split('.')[1] ?? '';
    jobs.push(jobId);
    // An answer whose acknowledgement was lost is not waited for any more when it is said again.
    await retry(() => answerJob(log, jobId, true, ANN), { isPassing });
    const end = await untilEvent(log, ofJob(jobId, ENDS), patience());
    await killed;
    t.log(`round ${round}: ${victims.join(' and ')} killed after ${at} ms; ${end.type}`);
  }

  const isTold = (jobId: string) => (event: StoredEvent) =>
    event.type === 'response.answer' && event.data.text.includes(jobId);
  for (const jobId of jobs) await untilEvent(log, isTold(jobId), patience());
  const events = await history(log);
  const begun = readFileSync(ran, 'utf8').split('\n').filter(Boolean);
  for (const jobId of jobs) {
    t.is(events.filter(ofJob(jobId, ENDS)).length, 1, jobId);
    t.is(events.filter(ofJob(jobId, ['job.requested'])).length, 1, jobId);
    t.is(events.filter(ofJob(jobId, ['job.answered'])).length, 1, jobId);
    const runs = begun.filter((line) => line === `${jobId} ${commit}`).length;
    t.true(runs <= 1, `${jobId} ran ${runs} times`);
    // What is said to be done was done.
    if (events.some(ofJob(jobId, ['job.completed']))) t.is(runs, 1, jobId);
  }
  const counts = {
    jobs: jobs.length,
    begun: begun.length,
    completed: ofType(events, 'job.completed').length,
    interrupted: ofType(events, 'job.failed').filter(
      ({ data }) => data.code === 'ORC_JOB_INTERRUPTED',
    ).length,
    takeovers: ofType(events, 'job.accepted').filter(({ data }) => data.epoch > 1).length,
  };
  t.is(counts.completed + counts.interrupted, counts.jobs);
  t.log(JSON.stringify(counts));
});
