import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { EventLog } from '../../../core/log/event-log.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../../support/commands.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { Leavings } from '../../support/leavings.ts';
import { type SpawnerNode, startSpawners } from '../../support/spawner-process.ts';

/** Notes what reaches its stdin, waits for the word to go where it is asked to, and answers. */
const AGENT = `touch received; while IFS= read -r m; do
  echo "$m" >> received
  case "$m" in wait*) until [ -e go ]; do sleep 0.25; done;; esac
  orchestrator answer "$m"
done`;

const until = (log: EventLog, type: string, fits: (data: Record<string, unknown>) => boolean) =>
  untilEvent(log, (event) => event.type === type && fits(event.data), AbortSignal.timeout(60_000));

const turnOf = (log: EventLog, message: string) =>
  untilEvent(
    log,
    (event) =>
      (event.type === 'turn.ended' || event.type === 'turn.failed') &&
      event.correlationId === message,
    AbortSignal.timeout(60_000),
  );

const go = (spawner: SpawnerNode, agentId: string) =>
  appendFile(join(spawner.dataDir, 'agents', agentId, 'workspace', 'go'), '');

/** Who owned the agent's run, in order. */
async function owners(log: EventLog, agentId: string): Promise<string[]> {
  const events = await history(log, `agents.${agentId}.process.*`);
  return ofType(events, 'process.starting').map(({ data }) => `${data.epoch} ${data.node}`);
}

test('new agents are spread over the spawners, and each is taken by one', async (t) => {
  const spawners = await startSpawners(t);
  const [here, there] = [spawners.place(), spawners.place()];
  const nodes = [
    await spawners.spawner('a', here),
    await spawners.spawner('b', here),
    await spawners.spawner('c', there),
  ];
  const agents = Array.from({ length: 12 }, newAgentId);

  await Promise.all(agents.map((agent) => createAgent(spawners.log, agent, AGENT)));
  for (const agent of agents) await sendMessage(spawners.log, agent, `to-${agent}`, 'hello');
  for (const agent of agents) t.is((await turnOf(spawners.log, `to-${agent}`)).type, 'turn.ended');

  const taken = (await Promise.all(agents.map((agent) => owners(spawners.log, agent)))).flat();
  t.is(taken.length, agents.length, 'one owner each');
  for (const { node } of nodes) {
    // Whoever is free takes the next: one that the machine gives less time has fewer.
    const share = taken.filter((owner) => owner === `1 ${node}`).length;
    t.true(share >= 1, `${node} has ${share} of ${agents.length}`);
  }
});

test('what a killed spawner had is taken up by another of its place, in the middle of a turn', async (t) => {
  const spawners = await startSpawners(t);
  const place = spawners.place();
  const a = await spawners.spawner('a', place);
  const agent = newAgentId();
  await createAgent(spawners.log, agent, AGENT);
  await sendMessage(spawners.log, agent, 'first', 'wait for it');
  await until(spawners.log, 'process.delivered', ({ commandId }) => commandId === 'first');
  const b = await spawners.spawner('b', place);

  await a.kill();
  await sendMessage(spawners.log, agent, 'second', 'meanwhile');
  await until(spawners.log, 'process.starting', ({ node }) => node === b.node);
  await go(b, agent);

  t.is((await turnOf(spawners.log, 'first')).type, 'turn.ended');
  t.is((await turnOf(spawners.log, 'second')).type, 'turn.ended');
  t.deepEqual(await b.lines(agent, 'received'), ['wait for it', 'meanwhile']);
  t.deepEqual(await owners(spawners.log, agent), [`1 ${a.node}`, `2 ${b.node}`]);
});

test('a spawner that is started again under its name has its agents at once', async (t) => {
  const spawners = await startSpawners(t, { lease: '60s' });
  const a = await spawners.spawner('a', spawners.place());
  const agent = newAgentId();
  await createAgent(spawners.log, agent, AGENT);
  await sendMessage(spawners.log, agent, 'first', 'hello');
  await turnOf(spawners.log, 'first');

  await a.kill();
  const killed = performance.now();
  await a.start();
  await sendMessage(spawners.log, agent, 'second', 'hello again');
  await turnOf(spawners.log, 'second');

  t.true(performance.now() - killed < 30_000, 'the lease of a minute was not waited for');
  t.deepEqual(await owners(spawners.log, agent), [`1 ${a.node}`, `2 ${a.node}`]);
  t.deepEqual(await a.lines(agent, 'received'), ['hello', 'hello again']);
});

test('a spawner that was paused through a takeover does nothing more to the agent', async (t) => {
  const spawners = await startSpawners(t);
  const place = spawners.place();
  const a = await spawners.spawner('a', place);
  const agent = newAgentId();
  await createAgent(spawners.log, agent, AGENT);
  await sendMessage(spawners.log, agent, 'first', 'wait for it');
  await until(spawners.log, 'process.delivered', ({ commandId }) => commandId === 'first');
  const b = await spawners.spawner('b', place);
  const before = (await spawners.leases()).find(({ node }) => node === a.node);

  a.signal('SIGSTOP');
  // Work for the sleeper: it wakes with all of this before it, and must not do any of it.
  for (const text of ['one', 'two', 'three']) await sendMessage(spawners.log, agent, text, text);
  await until(spawners.log, 'process.starting', ({ node }) => node === b.node);
  a.signal('SIGCONT');
  await go(b, agent);
  await turnOf(spawners.log, 'three');
  await spawners.untilLeases((leases) => leases.some(({ node }) => node === a.node));
  await sendMessage(spawners.log, agent, 'last', 'last');
  await turnOf(spawners.log, 'last');

  t.is((await spawners.leases()).find(({ node }) => node === a.node)?.holder, before?.holder);
  const texts = ['wait for it', 'one', 'two', 'three', 'last'];
  t.deepEqual(await b.lines(agent, 'received'), texts, 'each message reached its stdin once');
  const events = await history(spawners.log, `agents.${agent}.>`);
  t.is(ofType(events, 'turn.ended').length, texts.length);
  t.is(ofType(events, 'process.delivered').length, texts.length);
  t.deepEqual(await owners(spawners.log, agent), [`1 ${a.node}`, `2 ${b.node}`]);
});

test('agents of a place that stays silent are lost visibly, are mute, and end when it comes back', async (t) => {
  const spawners = await startSpawners(t, { grace: '4s' });
  const a = await spawners.spawner('a', spawners.place());
  const agent = newAgentId();
  const leavings = new Leavings(['setsid sleep @ &']);
  // Says it again and again until it may not.
  const program = AGENT.replace(
    'orchestrator answer "$m"',
    'while orchestrator answer "$m"; do sleep 1; done; echo refused >> received',
  );
  await createAgent(spawners.log, agent, `${leavings.program}\n${program}`);
  await sendMessage(spawners.log, agent, 'first', 'wait for it');
  await until(spawners.log, 'process.delivered', ({ commandId }) => commandId === 'first');
  await leavings.made();
  await sendMessage(spawners.log, agent, 'second', 'behind it');
  await spawners.spawner('b', spawners.place());

  await a.kill();
  const failed = await turnOf(spawners.log, 'first');
  const lost = await until(spawners.log, 'process.lost', () => true);
  const rejected = await until(spawners.log, 'process.rejected', () => true);

  t.like(failed.data, { code: 'ORC_AGENT_LOST' });
  t.regex(JSON.stringify(lost.data), new RegExp(`node ${a.node} is gone`));
  t.like(rejected.data, { commandId: 'second', code: 'ORC_AGENT_LOST' });

  await go(a, agent);
  while (!(await a.lines(agent, 'received')).includes('refused')) await delay(50);
  await a.start();
  const cleared = await until(spawners.log, 'process.cleared', () => true);

  t.like(cleared.data, { node: a.node, code: 0 });
  t.deepEqual(leavings.alive(), [], 'what it left is ended with it');
  t.deepEqual(await a.lines(agent, 'received'), ['wait for it', 'refused']);
});

test('a tool call is done once, whoever is there to do it', async (t) => {
  const spawners = await startSpawners(t);
  const place = spawners.place();
  const a = await spawners.spawner('a', place);
  const agent = newAgentId();
  await createAgent(
    spawners.log,
    agent,
    'while read -r m; do orchestrator project create --name "$m" --timeout 60s && orchestrator answer "$m"; done',
  );
  await sendMessage(spawners.log, agent, 'zero', 'zero');
  await turnOf(spawners.log, 'zero');
  const b = await spawners.spawner('b', place);
  a.signal('SIGSTOP');
  await sendMessage(spawners.log, agent, 'first', 'first');
  await turnOf(spawners.log, 'first');
  a.signal('SIGCONT');
  await sendMessage(spawners.log, agent, 'second', 'second');
  await turnOf(spawners.log, 'second');
  await b.stop();
  await sendMessage(spawners.log, agent, 'third', 'third');
  await turnOf(spawners.log, 'third');

  const events = await history(spawners.log);
  const made = ofType(events, 'project.created').map(({ data }) => data.name);
  t.deepEqual(made, ['zero', 'first', 'second', 'third']);
  t.is(ofType(events, 'result').length, 4);
  const who = await owners(spawners.log, agent);
  t.deepEqual(who, [`1 ${a.node}`, `2 ${b.node}`, `3 ${a.node}`]);
});

test('commands to agents that never were or have ended are answered once, by one of several', async (t) => {
  const spawners = await startSpawners(t);
  const place = spawners.place();
  await spawners.spawner('a', place);
  await spawners.spawner('b', place);
  const agent = newAgentId();
  await createAgent(spawners.log, agent, AGENT);
  await until(spawners.log, 'process.ready', () => true);
  await spawners.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await until(spawners.log, 'process.stopped', () => true);
  const nobodies = Array.from({ length: 6 }, newAgentId);

  for (const id of [...nobodies, agent]) await sendMessage(spawners.log, id, `to-${id}`, 'hello');
  for (const id of [...nobodies, agent]) {
    await until(spawners.log, 'process.rejected', ({ commandId }) => commandId === `to-${id}`);
  }

  t.is(ofType(await history(spawners.log), 'process.rejected').length, nobodies.length + 1);
});
