import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { history, logLines, ofType, untilEvent, untilLogLine } from '../support/history.ts';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { dataFolder, startSystem } from '../support/system.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);

const AGENT = join(import.meta.dirname, '..', 'support', 'agents', 'counting-agent.sh');

const terminal = (log: EventLog, commandId: string) =>
  untilEvent(
    log,
    (event) =>
      (event.type === 'turn.ended' || event.type === 'turn.failed') &&
      event.correlationId === commandId,
  );

test('kill -9 of everything but the agent, in the middle of turns, loses and repeats nothing', async (t) => {
  t.timeout(60_000 + ROUNDS * 20_000);
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const dataDir = dataFolder(t);
  const env = { ORCHESTRATOR_AGENT_TTL: '1h' };
  const agentId = newAgentId();
  let system = await startSystem(t, { dataDir, env });
  await createAgent(await system.log(), agentId, `exec bash ${AGENT}`);

  for (let round = 1; round <= ROUNDS; round += 1) {
    await sendMessage(await system.log(), agentId, `message-${round}`, `text ${round}`);
    await delay(next(400));
    await system.kill();
    system = await startSystem(t, { dataDir, env });
    await terminal(await system.log(), `message-${round}`);
  }

  const log = await system.log();
  // An agent's word comes by another way than its log, which may be behind.
  await untilLogLine(log, agentId, `line ${ROUNDS * 6}`);
  const events = await history(log, `agents.${agentId}.>`);
  const expected = Array.from({ length: ROUNDS }, (_, index) => index + 1);
  const received = await readFile(
    join(dataDir, 'agents', agentId, 'workspace', 'received'),
    'utf8',
  );
  t.deepEqual(
    received.trimEnd().split('\n'),
    expected.map((round) => `text ${round}`),
    'each message reached the stdin of the one process once, in order',
  );
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    expected.map((round) => `${round} text ${round}`),
    'each answer is in the log once, in order',
  );
  t.is(ofType(events, 'turn.ended').length, ROUNDS, 'each turn ended');
  t.is(ofType(events, 'turn.failed').length, 0, 'no turn failed');
  t.is(ofType(events, 'process.ready').length, 1, 'the process was started once');
  const epochs = ofType(events, 'process.starting').map(({ data }) => data.epoch);
  t.deepEqual(
    epochs,
    epochs.map((_, index) => index + 1),
    'each spawner took it up once, under an epoch of its own',
  );
  t.deepEqual(
    await logLines(log, agentId),
    Array.from({ length: ROUNDS * 6 }, (_, index) => `line ${index + 1}`),
    'the log has no gap and no repeat',
  );
  await assertJudged(t, log, 'kill-the-tree');
  await system.stop();
});
