import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { privateEngine } from '../support/docker/private-engine.ts';
import { history, logLines, ofType, untilLogLine } from '../support/history.ts';
import { random } from '../support/random.ts';
import { orchestrator, startSystem } from '../support/system.ts';
import { Conversation, LINES_PER_MESSAGE } from './conversation.ts';
import { count, received } from './count.ts';
import { FAULTS, type Fault, happen } from './faults.ts';

/** `npm run chaos` does many, with many agents; each `npm test` as many as there are kinds, with a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 6);
const AGENTS = process.env.CHAOS_ROUNDS === undefined ? 4 : 10;

/** A turn of all agents at once, on a machine that does other things as well. */
const FAULT_WITHIN_MS = 3000;
const SETTLED_MS = 180_000;

test('faults of every kind, at random moments, lose and repeat nothing of agents in containers', async (t) => {
  t.timeout(600_000 + ROUNDS * 60_000);
  const engine = await privateEngine(t);
  if (engine === undefined) return t.log('skipped: no Docker engine of its own');
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const env = {
    ORCHESTRATOR_RUNTIME: 'docker',
    ORCHESTRATOR_DOCKER_HOST: engine.host,
    ORCHESTRATOR_WORKER_IMAGE: engine.image,
    ORCHESTRATOR_AGENT_NETWORK: 'host',
    ORCHESTRATOR_AGENT_CPUS: '1',
  };
  const system = await startSystem(t, { env });
  const conversation = new Conversation(system);
  const places = Array.from({ length: AGENTS }, (_, place) => place);
  await Promise.all(places.map((place) => conversation.create(place)));

  const happened: Fault[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each kind in turn from a random one on, so that a few rounds have them all.
    const fault = FAULTS[(seed + round) % FAULTS.length];
    if (fault === undefined) throw new Error('there are faults');
    await conversation.tellAll();
    const moment = next(FAULT_WITHIN_MS);
    await delay(moment);
    await conversation.tellAll();
    t.log(`round ${round + 1}: ${fault} after ${moment} ms`);
    await happen(fault, { system, engine, conversation, agents: AGENTS, next });
    happened.push(fault);
    await conversation.settled(SETTLED_MS);
  }

  const log = await system.log();
  const events = await history(log);
  let logged = 0;
  for (const member of conversation.members) {
    const { agentId, sent, killed } = member;
    // One that came for a killed one in the last round was told nothing yet.
    if (sent.length === 0) continue;
    if (!killed) await untilLogLine(log, agentId, `line ${sent.length * LINES_PER_MESSAGE}`);
    const got = await received(engine, agentId);
    const answers = ofType(events, 'response.answer')
      .filter(({ subject }) => subject.includes(agentId))
      .map(({ data }) => data.text);
    const lines = await logLines(log, agentId);
    const beside = await logLines(log, agentId, 'stderr');
    const ticks = beside.filter((line) => line.startsWith('tick '));
    t.deepEqual(lines, numbered('line', lines.length), 'its log has no gap and no repeat');
    const first = Number(ticks[0]?.slice('tick '.length));
    t.deepEqual(ticks, numbered('tick', ticks.length, first), 'nor what it prints beside');
    logged += lines.length + ticks.length;
    if (killed) {
      t.deepEqual(got, sent.slice(0, got.length), `${agentId} received each once, in order`);
      t.deepEqual(answers, sent.slice(0, answers.length), 'and so it answered');
    } else {
      t.deepEqual(got, sent, `${agentId} received each message once, in order`);
      t.deepEqual(answers, sent, 'and answered each once, in order');
      t.is(lines.length, sent.length * LINES_PER_MESSAGE);
    }
  }
  const counted = count(conversation.members, events);
  t.log(JSON.stringify({ ...counted, logLines: logged, faults: tally(happened) }, undefined, 1));
  t.deepEqual(counted.turnsWithoutOneEnd, [], 'each turn has exactly one terminal event');
  t.deepEqual(counted.messagesWithoutOneOutcome, [], 'each message has exactly one outcome');
  t.deepEqual(counted.runsOfAnAgent, [1], 'each agent was started once');
  t.is(counted.deliveredTwice, 0);
  t.is(counted.storedCommands, counted.sent, 'each message is stored once');
  t.is(counted.failedOfTheLiving, 0, "no turn failed but a killed agent's");
  const { code, stderr } = await orchestrator(['verify'], { env: system.env });
  t.is(code, 0, stderr);
});

/** From 1 on, or from a later one where the log has kept only the last 1000 lines. */
const numbered = (word: string, length: number, first = 1): string[] =>
  Array.from({ length }, (_, index) => `${word} ${index + first}`);

const tally = (faults: readonly Fault[]): Record<string, number> =>
  Object.fromEntries(FAULTS.map((kind) => [kind, faults.filter((one) => one === kind).length]));
