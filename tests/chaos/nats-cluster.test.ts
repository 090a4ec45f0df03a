import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { startTestCluster } from '../support/cluster/test-cluster.ts';
import { history, logLines, ofType, untilLogLine } from '../support/history.ts';
import { random } from '../support/random.ts';
import { Spawners } from '../support/spawner-process.ts';
import { CLUSTER_FAULTS, type ClusterFault, happenToCluster } from './cluster-faults.ts';
import { Conversation, LINES_PER_MESSAGE } from './conversation.ts';
import { count } from './count.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);
const AGENTS = 10;
const FAULT_WITHIN_MS = 1_500;
const SETTLED_MS = 180_000;

test('servers of a cluster that are killed and cut off lose and repeat nothing of ten agents', async (t) => {
  t.timeout(300_000 + ROUNDS * 90_000);
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const cluster = await startTestCluster(t);
  const { log } = cluster;
  const spawners = new Spawners(t, cluster, { lease: '10s' });
  const place = spawners.place();
  const nodes = await Promise.all([spawners.spawner('a', place), spawners.spawner('b', place)]);
  const conversation = new Conversation({ log: () => log }, { patience: '120s' });
  const places = Array.from({ length: AGENTS }, (_, index) => index);
  await Promise.all(places.map((index) => conversation.create(index)));

  const happened: ClusterFault[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each kind in turn, so that a few rounds have the worst of them.
    const fault = CLUSTER_FAULTS[round % CLUSTER_FAULTS.length];
    if (fault === undefined) throw new Error('there are faults');
    await conversation.tellAll();
    const moment = next(FAULT_WITHIN_MS);
    await delay(moment);
    const began = performance.now();
    await Promise.all([happenToCluster(fault, cluster, next), conversation.tellAll()]);
    const mended = performance.now() - began;
    happened.push(fault);
    await conversation.settled(SETTLED_MS).catch(async (error: unknown) => {
      t.log(await cluster.state().catch(String));
      throw error;
    });
    const took = performance.now() - began;
    t.log(
      `round ${round + 1}: ${fault} after ${moment} ms, mended after ${Math.round(mended)} ms, all answered after ${Math.round(took)} ms`,
    );
  }

  const events = await history(log);
  let lines = 0;
  for (const { agentId, sent } of conversation.members) {
    await untilLogLine(log, agentId, `line ${sent.length * LINES_PER_MESSAGE}`);
    const received = await nodes[0]?.lines(agentId, 'received');
    t.deepEqual(received, sent, 'each message reached its stdin once, in order');
    const answers = ofType(events, 'response.answer').filter(({ subject }) =>
      subject.includes(agentId),
    );
    t.deepEqual(
      answers.map(({ data }) => data.text),
      sent,
      'each was answered once, in order',
    );
    const printed = await logLines(log, agentId);
    t.deepEqual(
      printed,
      Array.from({ length: sent.length * LINES_PER_MESSAGE }, (_, index) => `line ${index + 1}`),
      'its log has no gap and no repeat',
    );
    lines += printed.length;
  }
  const counted = count(conversation.members, events);
  const faults = Object.fromEntries(
    CLUSTER_FAULTS.map((kind) => [kind, happened.filter((one) => one === kind).length]),
  );
  const { state } = await (await cluster.connection.jsm()).streams.info('EVENTS');
  const bytesOfAnEvent = Math.round(state.bytes / state.messages);
  const kept = { events: state.messages, bytesOfAnEvent, logLines: lines };
  t.log(JSON.stringify({ ...counted, ...kept, faults }, undefined, 1));
  t.deepEqual(counted.turnsWithoutOneEnd, [], 'each turn has exactly one terminal event');
  t.deepEqual(counted.messagesWithoutOneOutcome, [], 'each message has exactly one outcome');
  t.deepEqual(counted.runsOfAnAgent, [1], 'each agent was started once');
  t.is(counted.deliveredTwice, 0);
  t.is(counted.storedCommands, counted.sent, 'each message is stored once');
  t.is(counted.turnsFailed, 0);
});
