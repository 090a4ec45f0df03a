import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { serveViews } from '../../../projections/views/views-service.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { runHere } from '../../cli/run-here.ts';
import { startFollower } from '../../core/projection/folded-log.ts';
import { createAgent, sendMessage } from '../../support/commands.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { type SpawnerNode, type Spawners, startSpawners } from '../../support/spawner-process.ts';
import { environment } from '../../support/system.ts';

const AGENT = `while IFS= read -r m; do
  case "$m" in wait*) until [ -e go ]; do sleep 0.25; done;; esac
  orchestrator answer "$m"
done`;

/** The operator's commands, with projections that serve the views. */
async function operator(t: Parameters<typeof startFollower>[0], spawners: Spawners) {
  const { nats, log } = spawners;
  const { follower } = await startFollower(t, log);
  const { nc } = await nats.connect({ name: 'views' });
  await serveViews({ nc, follower, log, logger: pino({ level: 'silent' }), version: '1.2.3' });
  const env = environment(nats.dataDir, {
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
  });
  return (...args: string[]) => runHere(args, env);
}

async function idleAgent(spawners: Spawners): Promise<string> {
  const agent = newAgentId();
  await createAgent(spawners.log, agent, AGENT);
  await untilEvent(
    spawners.log,
    ({ type, subject }) => type === 'process.ready' && subject.includes(agent),
  );
  return agent;
}

async function ownersOf(spawners: Spawners, agent: string): Promise<string[]> {
  const events = await history(spawners.log, `agents.${agent}.process.*`);
  return ofType(events, 'process.starting').map(({ data }) => data.node);
}

const go = (spawner: SpawnerNode, agent: string) =>
  appendFile(join(spawner.dataDir, 'agents', agent, 'workspace', 'go'), '');

test('a drained spawner has ended its turns, given its agents away, and gets no new ones', async (t) => {
  const spawners = await startSpawners(t);
  const place = spawners.place();
  const a = await spawners.spawner('a', place);
  const [idle, busy] = [await idleAgent(spawners), await idleAgent(spawners)];
  await sendMessage(spawners.log, busy, 'first', 'wait for it');
  await untilEvent(spawners.log, ({ type }) => type === 'process.delivered');
  const b = await spawners.spawner('b', place);
  const run = await operator(t, spawners);

  const drained = run('drain', a.node);
  await untilEvent(
    spawners.log,
    ({ type, subject }) => type === 'process.released' && subject.includes(idle),
  );
  const meanwhile = await run('nodes');
  await go(a, busy);
  const { code, stdout, stderr } = await drained;

  t.regex(meanwhile.stdout, new RegExp(`${a.node} +draining +\\d`));
  t.is(code, 0, stderr);
  t.is(stdout, `${a.node} is drained and may be stopped\n`);
  const events = await history(spawners.log);
  t.is(ofType(events, 'turn.ended').length, 1);
  t.is(ofType(events, 'turn.failed').length, 0);
  await a.stop();
  await sendMessage(spawners.log, busy, 'second', 'hello');
  await untilEvent(
    spawners.log,
    (event) => event.type === 'turn.ended' && event.correlationId === 'second',
  );
  t.deepEqual(await ownersOf(spawners, busy), [a.node, b.node]);
  t.deepEqual(await ownersOf(spawners, idle), [a.node, b.node]);

  await a.start();
  const [third, fourth] = [await idleAgent(spawners), await idleAgent(spawners)];
  t.deepEqual(await ownersOf(spawners, third), [b.node], 'it stays drained after a restart');
  t.deepEqual(await ownersOf(spawners, fourth), [b.node]);
  t.regex((await run('nodes')).stdout, new RegExp(`${a.node} +drained +0`));

  t.regex((await run('drain', '--off', a.node)).stdout, /takes agents again/);
  await b.stop();
  t.deepEqual(await ownersOf(spawners, await idleAgent(spawners)), [a.node]);
});

test('where nobody else is of its place the idle agents stay, and live through the stop', async (t) => {
  const spawners = await startSpawners(t);
  const a = await spawners.spawner('a', spawners.place());
  const agent = await idleAgent(spawners);
  await spawners.spawner('b', spawners.place());
  const run = await operator(t, spawners);

  const { stdout } = await run('drain', '--json', a.node);
  await a.stop();
  await sendMessage(spawners.log, agent, 'first', 'hello');
  t.regex((await run('nodes')).stdout, new RegExp(`${a.node} +gone +1`));
  await a.start();
  await untilEvent(spawners.log, ({ type }) => type === 'turn.ended');

  t.deepEqual(JSON.parse(stdout), { node: a.node, state: 'drained', kept: 1 });
  t.deepEqual(await ownersOf(spawners, agent), [a.node, a.node]);
});

test('a spawner that is not there cannot be drained, and that is one line', async (t) => {
  const spawners = await startSpawners(t);
  await spawners.spawner('a', spawners.place());
  const run = await operator(t, spawners);

  const { code, stderr } = await run('drain', 'node-nowhere');

  t.is(code, 1);
  t.regex(stderr, /ORC_NODE_NOT_FOUND: There is no spawner node-nowhere/);
});
