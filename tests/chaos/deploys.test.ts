import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { commitFiles, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType } from '../support/history.ts';
import { ENDS, ofJob } from '../support/job-calls.ts';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { dataFolder, orchestrator, startSystem, type TestSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import { startTelegram } from '../support/telegram/telegram-server.ts';
import { DeployChat, type Stage } from './deploy-chat.ts';
import { killNats, killService } from './kill-service.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 3);

/** How long a deploy goes on, milliseconds: a message is edited every 2.5 s. */
const LASTS_MS = 3_200;

/** From when on something is killed, and within how many milliseconds: a slow machine has its moments, too. */
const MOMENTS: readonly { after: Stage; withinMs: number }[] = [
  // Taken by the bot, told to the agent, decided.
  { after: 'asked for', withinMs: 2_500 },
  // Stated, taken, begun, running, over; twice as often.
  { after: 'allowed', withinMs: LASTS_MS + 1_000 },
  { after: 'allowed', withinMs: LASTS_MS + 1_000 },
  // Its message does not show the end yet.
  { after: 'told', withinMs: 500 },
];

const PARTS = ['spawner', 'NATS', 'projections', 'bot'] as const;

/** What is killed with `kill -9` in a round, all at once; the supervisor, where it lives, starts it again. */
type Victims = 'all and the supervisor' | readonly (typeof PARTS)[number][];

/** Does what it is told, and passes on what it is told of jobs. */
const AGENT =
  'while IFS= read -r line; do case "$line" in Job*) orchestrator answer --timeout 90s "told: $line";; "") ;; *) eval "$line" >&2; orchestrator answer --timeout 90s "done: $?";; esac; done';

test('whatever is killed while a deploy is asked for, allowed in the chat, and runs, it ends once, its program runs at most once, and the chat and the agent are told', async (t) => {
  t.timeout(180_000 + ROUNDS * 60_000);
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

  const telegram = await startTelegram(t);
  const dataDir = dataFolder(t);
  const env = botEnvironment(telegram, {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: AGENT,
    ORCHESTRATOR_AGENT_TTL: '6h',
    ORCHESTRATOR_PROJECT_ROOTS: folder,
    TELEGRAM_RATE_LIMIT: '10000',
  });
  let system = await startSystem(t, { dataDir, env });
  const create = ['project', 'create', '--name', 'shop', '--repo', shop];
  const made = await orchestrator([...create, '--owner', `telegram/${ANN}`], { env: system.env });
  t.is(made.code, 0, made.stderr);
  await telegram.exchange(ANN, '/project shop', /New agents begin in shop now/);
  await telegram.exchange(ANN, 'true', /^done: 0$/);

  const kill = async (victims: Victims) => {
    if (victims !== 'all and the supervisor') return killParts(system, victims);
    await system.kill();
    system = await startSystem(t, { dataDir, env });
  };
  const chat = new DeployChat(telegram, ANN);
  const victimsOfRounds: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { after, withinMs } = MOMENTS[next(MOMENTS.length)] ?? { after: 'told', withinMs: 1 };
    const at = next(withinMs);
    const victims = victimsOf(next);
    let killed = Promise.resolve();
    const deploy = await chat.deploy(round, (stage) => {
      if (stage === after) killed = delay(at).then(() => kill(victims));
    });
    await killed;
    victimsOfRounds.push(String(victims));
    t.log(`round ${round}: ${victims} killed ${at} ms after it was ${after}; ${deploy.shownEnd}`);
  }

  const log = await system.log();
  const events = await history(log);
  await assertJudged(t, log, 'deploys');
  const begun = readFileSync(ran, 'utf8').split('\n').filter(Boolean);
  const answers = ofType(events, 'response.answer').map(({ data }) => data.text);
  for (const { jobId, shownEnd } of chat.deploys) {
    const [end, ...more] = events.filter(ofJob(jobId, ENDS));
    t.deepEqual(more, [], jobId);
    t.is(shownEnd, end?.type === 'job.completed' ? 'done' : 'failed', jobId);
    t.is(events.filter(ofJob(jobId, ['job.requested'])).length, 1, jobId);
    t.is(events.filter(ofJob(jobId, ['job.answered'])).length, 1, jobId);
    t.is(answers.filter((text) => text.includes(jobId)).length, 1, jobId);
    const runs = begun.filter((line) => line === `${jobId} ${commit}`).length;
    t.true(runs <= 1, `${jobId} ran ${runs} times`);
    // What is said to be done was done.
    if (end?.type === 'job.completed') t.is(runs, 1, jobId);
  }
  const messages = chat.deploys.flatMap((deploy) => deploy.messages);
  const counts = {
    jobs: chat.deploys.length,
    begun: begun.length,
    completed: ofType(events, 'job.completed').length,
    interrupted: ofType(events, 'job.failed').filter(
      ({ data }) => data.code === 'ORC_JOB_INTERRUPTED',
    ).length,
    takeovers: ofType(events, 'job.accepted').filter(({ data }) => data.epoch > 1).length,
    progressShown: chat.deploys.filter(({ isProgressShown }) => isProgressShown).length,
    messagesOfJobs: messages.length,
    ambiguous: ofType(events, 'delivery.ambiguous').length,
  };
  t.log(JSON.stringify(counts));
  t.log(JSON.stringify(tally(victimsOfRounds)));
  t.is(counts.completed + counts.interrupted, counts.jobs);
  // Its mark is gone once a message is edited.
  const more = messages.length - counts.jobs;
  t.true(more <= counts.ambiguous, 'one message a job, and others only for ambiguous deliveries');
  t.is(ofType(events, 'command.send').length, ROUNDS * 2 + 1, 'each message is one command');
  t.is(answers.filter((text) => text === 'done: 0').length, ROUNDS + 1, 'each call was taken');
});

/** One of the parts in four rounds of six, several in one, and everything in one. */
function victimsOf(next: (limit: number) => number): Victims {
  const kind = next(PARTS.length + 2);
  if (kind > PARTS.length) return 'all and the supervisor';
  const some = 1 + next(2 ** PARTS.length - 1);
  return PARTS.filter((_, bit) => (kind < PARTS.length ? bit === kind : some & (1 << bit)));
}

async function killParts(system: TestSystem, victims: readonly string[]): Promise<void> {
  const services = victims.filter((victim) => victim !== 'NATS');
  for (const service of services) killService(system, service);
  if (victims.includes('NATS')) await killNats(system);
}

const tally = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]),
  );
