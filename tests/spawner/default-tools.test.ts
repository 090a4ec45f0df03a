import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { AgentFactory } from '../../agents/agent-factory.ts';
import { lineAgentFactory } from '../../agents/line/line-agent-factory.ts';
import { answeredEvents } from '../../core/domain/job/job-events.ts';
import { MAX_ORDER_DEPTH, MAX_ORDERED } from '../../core/domain/job/request-job.ts';
import { defaultTools } from '../../schemas/default-tools.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { commitFiles, gitOf, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { call, end, happened } from '../support/job-calls.ts';
import { type SpawnerFixture, startSpawner } from '../support/spawner.ts';
import { ANN, projectFrom, SHELL_AGENT } from './projects/in-projects.ts';

/** Does what it is told, as a kind of its own: who orders it names no command line. */
const line = lineAgentFactory({ framing: 'line', endOfTurn: 'response' });
const worker: AgentFactory = {
  ...line,
  kind: 'worker',
  persistentCommand: () => ['bash', '-c', SHELL_AGENT],
};

const IDLE = 'while read -r line; do echo "$line"; done';

async function world(t: ExecutionContext) {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, {
    projectRoots: [folder],
    tools: defaultTools([]),
    factories: new Map([['worker', worker]]),
  });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, IDLE, { owner: ANN });
  await spawner.event(agent, 'process.ready');
  return { spawner, agent, shop };
}

function deployProgram(shop: string, script: string): string {
  mkdirSync(join(shop, '.orchestrator'), { recursive: true });
  writeFileSync(join(shop, '.orchestrator/deploy'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(shop, '.orchestrator/deploy'), 0o755);
  return commitFiles(shop, {}, 'How it is deployed');
}

/** The person says yes. */
async function approve(spawner: SpawnerFixture, jobId: unknown): Promise<void> {
  const job = spawner.follower.state.jobs.get(String(jobId));
  if (job?.phase !== 'input_required') throw new Error(`it is ${job?.phase}`);
  await spawner.log.append(answeredEvents(job, true, ANN, new Date()));
}

test('deploy runs the program of the project, at the very commit that its person was asked about', async (t) => {
  const { spawner, agent, shop } = await world(t);
  const commit = deployProgram(
    shop,
    'echo "{\\"text\\":\\"building\\"}" >&3; echo "{\\"result\\":{\\"at\\":\\"$(git rev-parse HEAD)\\",\\"dirty\\":\\"$(git status --porcelain)\\",\\"said\\":\\"$(cat a.txt)\\"}}" >&3',
  );
  const { projectId } = await projectFrom(spawner, { repo: shop });

  const job = await call(spawner, agent, 'deploy.run', { input: { projectId: 'shop' } });
  t.like(job, { state: 'input_required' });
  const asked = await happened(spawner, job.id, 'job.input-required');
  const question = String(Reflect.get(Object(asked.data), 'question'));
  t.regex(question, new RegExp(`^Agent ${agent} asks to run deploy\\.`));
  t.true(question.includes(`commit: ${commit}`) && question.includes('How it is deployed'));

  // What comes after the question is not what was asked about.
  commitFiles(shop, { 'a.txt': 'two\n' });
  writeFileSync(join(shop, 'a.txt'), 'three\n');
  await approve(spawner, job.id);
  t.deepEqual((await end(spawner, job.id)).data, {
    result: { at: commit, dirty: '', said: 'one' },
  });
  const [progress] = ofType(await history(spawner.log), 'job.progress');
  t.is(progress?.data.text, 'building');
  t.is(readFileSync(join(shop, 'a.txt'), 'utf8'), 'three\n', 'the person’s own files stay');
  t.like(ofType(await history(spawner.log), 'job.requested')[0]?.data.input, { projectId, commit });
});

test('without a program of the project, or of one that may not be run, deploy says how to make one', async (t) => {
  const { spawner, agent, shop } = await world(t);
  await projectFrom(spawner, { repo: shop });
  const none = await call(spawner, agent, 'deploy.run', { input: { projectId: 'shop' } });
  t.like(none, { error: { code: 'ORC_NO_PROGRAM' } });
  t.regex(JSON.stringify(none), /Project shop has no \.orchestrator\/deploy at [0-9a-f]{12}/);

  commitFiles(shop, { '.orchestrator/deploy': '#!/bin/sh\n' });
  const plain = await call(spawner, agent, 'deploy.run', { input: { projectId: 'shop' } });
  t.regex(JSON.stringify(plain), /may not be run: `git update-index --chmod=\+x/);

  // A link leads anywhere on this machine.
  gitOf(shop, 'rm', '--quiet', '.orchestrator/deploy');
  gitOf(shop, 'commit', '--quiet', '-m', 'away');
  mkdirSync(join(shop, '.orchestrator'), { recursive: true });
  gitOf(
    shop,
    'update-index',
    '--add',
    '--cacheinfo',
    `120000,${linkTo(shop, '/bin/sh')},.orchestrator/deploy`,
  );
  gitOf(shop, 'commit', '--quiet', '-m', 'a link');
  const link = await call(spawner, agent, 'deploy.run', { input: { projectId: 'shop' } });
  t.like(link, { error: { code: 'ORC_NO_PROGRAM' } });

  const other = await call(spawner, agent, 'deploy.run', { input: { projectId: 'none' } });
  t.like(other, { error: { code: 'ORC_PROJECT_NOT_FOUND' } });
  const ref = { projectId: 'shop', commit: '--upload-pack=sh' };
  t.like(await call(spawner, agent, 'deploy.run', { input: ref }), {
    error: { code: 'ORC_BAD_INPUT' },
  });
});

function linkTo(shop: string, target: string): string {
  writeFileSync(join(shop, '.git', 'target'), target);
  return gitOf(shop, 'hash-object', '-w', join(shop, '.git', 'target'));
}

test('engineering has a new agent do the task in a clone: its answer and its branch are the result', async (t) => {
  const { spawner, agent, shop } = await world(t);
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const task = 'echo two >> a.txt; git commit -qam Mend; orchestrator progress "mended"';
  const input = { task, projectId: 'shop', kind: 'worker' };
  const job = await call(spawner, agent, 'engineering.run', { input });
  t.like(job, { state: 'working' });
  const { data } = await end(spawner, job.id);
  const result = Object(Reflect.get(Object(data), 'result'));
  t.like(result, { answer: 'done: 0', branch: `orchestrator/${result.agentId}` });

  const events = await history(spawner.log);
  const created = ofType(events, 'command.create').find(({ subject }) =>
    subject.includes(result.agentId),
  );
  t.like(created?.data, {
    owner: ANN,
    project: { id: projectId },
    ordered: { jobId: job.id, by: agent, depth: 1 },
  });
  t.like(ofType(events, 'job.progress')[0]?.data, { text: 'mended' });
  const stopped = await spawner.event(result.agentId, 'process.stopped');
  t.truthy(stopped, 'it ends when the job ends');
  // Its work is in the project, for whoever merges it.
  const repository = join(spawner.nats.dataDir, 'projects', `${projectId}.git`);
  t.is(
    gitOf(repository, 'log', '-1', '--format=%s %H', `orchestrator/${result.agentId}`),
    `Mend ${result.commit}`,
  );
  // And the agent that asked is told.
  const told = await untilEvent(
    spawner.log,
    ({ type, subject }) => type === 'command.send' && subject.includes(agent),
  );
  t.regex(String(Reflect.get(Object(told.data), 'text')), /^Job engineering .* completed: /);
});

test('an agent that was ordered and ends without an answer fails its job; a cancel ends it', async (t) => {
  const { spawner, agent } = await world(t);
  const ask = (task: string) =>
    call(spawner, agent, 'engineering.run', { input: { task, kind: 'worker' } });
  const dies = await ask('exit 3');
  const failed = await end(spawner, dies.id);
  t.like(failed, { type: 'job.failed', data: { code: 'ORC_JOB_FAILED' } });

  const long = await ask('sleep 600');
  const accepted = await happened(spawner, long.id, 'job.accepted');
  t.is(accepted.type, 'job.accepted');
  const delivered = await untilEvent(
    spawner.log,
    (event) => event.type === 'process.delivered' && event.data.commandId === `job.task:${long.id}`,
  );
  await call(spawner, agent, 'job.cancel', { jobId: long.id });
  t.is((await end(spawner, long.id)).type, 'job.cancelled');
  const agentId = delivered.subject.split('.')[1] ?? '';
  t.is(spawner.follower.state.agents.get(agentId)?.phase, 'ended');
});

test('agents that order agents are bounded in number and depth, and order what they may do themselves', async (t) => {
  const { spawner, agent } = await world(t);
  const ask = (by: string, n: number) =>
    call(spawner, by, 'engineering.run', { input: { task: `sleep 60${n}`, kind: 'worker' } });
  for (let n = 0; n < MAX_ORDERED; n += 1) t.like(await ask(agent, n), { state: 'working' });
  t.like(await ask(agent, MAX_ORDERED), { error: { code: 'ORC_QUOTA' } });

  const deep = newAgentId();
  const ordered = { jobId: 'job_x', by: agent, depth: MAX_ORDER_DEPTH };
  await createAgent(spawner.log, deep, IDLE, { owner: ANN, ordered });
  await spawner.event(deep, 'process.ready');
  t.like(await ask(deep, 1), { error: { code: 'ORC_QUOTA' } });

  const bound = newAgentId();
  await createAgent(spawner.log, bound, IDLE, { owner: ANN, allowedTools: ['engineering'] });
  await spawner.event(bound, 'process.ready');
  const job = await ask(bound, 2);
  const created = await untilEvent(
    spawner.log,
    (event) => event.type === 'command.create' && event.data.ordered?.jobId === job.id,
  );
  t.like(created, { data: { allowedTools: ['engineering'] } });
});

test('after a restart of the spawner the agent of a job is found again, and none is made anew', async (t) => {
  const { spawner, agent } = await world(t);
  const input = { task: 'sleep 3; true', kind: 'worker' };
  const job = await call(spawner, agent, 'engineering.run', { input });
  await untilEvent(
    spawner.log,
    (event) => event.type === 'process.delivered' && event.data.commandId === `job.task:${job.id}`,
  );
  await spawner.stop();
  await spawner.start();
  t.is((await end(spawner, job.id)).type, 'job.completed');
  const created = ofType(await history(spawner.log), 'command.create');
  t.is(created.filter(({ data }) => data.ordered !== undefined).length, 1);
});
