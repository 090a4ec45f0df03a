import test from 'ava';
import { MAX_WAITING } from '../../core/domain/agent/agent-state.ts';
import { REFUSED_AT_ONCE } from '../../core/domain/agent/command/command-events.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, logLines, ofType, untilLogLine } from '../support/history.ts';
import { killAll } from '../support/process-tree.ts';
import { startSpawner } from '../support/spawner.ts';

/** Of messages: two are more than are refused at once, and fewer than an agent's state has room for. */
const HALF = REFUSED_AT_ONCE / 2 + 100;

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

test('a stop closes stdin, and an agent that ends by that is left in peace', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, `${ECHO}; echo goodbye`);
  await spawner.event(agent, 'process.ready');

  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  const stopped = await spawner.event(agent, 'process.stopped');

  t.like(stopped.data, { reason: 'stop', code: 0, signal: null });
  const steps = ofType(await history(spawner.log), 'process.stopping').map(({ data }) => data.step);
  t.deepEqual(steps, ['stdin-closed']);
  t.deepEqual(await logLines(spawner.log, agent), ['goodbye']);
});

test('an agent that will not end is terminated, then killed, each step stated', async (t) => {
  const spawner = await startSpawner(t, { stopGraceMs: 200 });
  const agent = newAgentId();
  await createAgent(
    spawner.log,
    agent,
    `trap 'echo no' TERM; echo ready; while true; do read -r _ || sleep 0.05; done`,
  );
  await untilLogLine(spawner.log, agent, 'ready');

  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  const stopped = await spawner.event(agent, 'process.stopped');

  t.is(stopped.data.signal, 'SIGKILL');
  const steps = ofType(await history(spawner.log), 'process.stopping').map(({ data }) => data.step);
  t.deepEqual(steps, ['stdin-closed', 'sigterm', 'sigkill']);
});

test('a stop in a turn fails the turn with its reason', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r message; do :; done');
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'process.delivered');

  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  const failed = await spawner.event(agent, 'turn.failed');

  t.is(failed.data.code, 'ORC_TURN_STOPPED');
});

test('a delete stops the agent and then forgets it', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  await spawner.event(agent, 'process.ready');

  await spawner.log.append(command(agent, 'command.delete', {}));
  await spawner.event(agent, 'process.deleted');

  const types = (await history(spawner.log)).map(({ type }) => type);
  t.true(types.indexOf('process.stopped') < types.indexOf('process.deleted'));
});

test('an idle agent ends when its TTL is over, and an extended one later', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO, { ttlMs: 4000 });
  await spawner.event(agent, 'process.ready');
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'turn.ended');

  const stopped = await spawner.event(agent, 'process.stopped');

  t.is(stopped.data.reason, 'ttl');
  const events = await history(spawner.log);
  const [turnEnd] = ofType(events, 'turn.ended');
  t.true(
    Date.parse(stopped.time) - Date.parse(turnEnd?.time ?? '') >= 4000,
    'the TTL is counted from its last turn',
  );
  t.true(ofType(events, 'process.extended').length > 0);
});

test('an extend moves the end of the TTL', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  await spawner.event(agent, 'process.ready');

  await spawner.log.append(command(agent, 'command.extend', { ttlMs: 7_200_000 }, 'longer'));
  const extended = await spawner.event(agent, 'process.extended');

  const ahead = Date.parse(extended.data.expiresAt) - Date.now();
  t.true(ahead > 7_000_000 && ahead <= 7_200_000);
  t.is(extended.data.commandId, 'longer');
});

test('what cannot be done is rejected with a code and a cure', async (t) => {
  const spawner = await startSpawner(t);
  const [nobody, agent] = [newAgentId(), newAgentId()];
  await sendMessage(spawner.log, nobody, 'to-nobody', 'hello');
  await createAgent(spawner.log, agent, ECHO);
  await createAgent(spawner.log, agent, ECHO);

  const missing = await spawner.event(nobody, 'process.rejected');
  const twice = await spawner.event(agent, 'process.rejected');

  t.is(missing.data.code, 'ORC_AGENT_NOT_FOUND');
  t.is(twice.data.code, 'ORC_AGENT_EXISTS');
  t.true(missing.data.cure.length > 0);
});

test('a kind that does not exist, or lacks its command line, is a visible failure', async (t) => {
  const spawner = await startSpawner(t);
  const [strange, empty] = [newAgentId(), newAgentId()];
  const times = { ttlMs: 60_000, turnDeadlineMs: 60_000 };
  await spawner.log.append(command(strange, 'command.create', { kind: 'parrot', ...times }));
  await sendMessage(spawner.log, strange, 'first', 'hello');
  await spawner.log.append(command(empty, 'command.create', { kind: 'line', ...times }));

  const unknown = await spawner.event(strange, 'process.start-failed');
  const rejected = await spawner.event(strange, 'process.rejected');
  const unset = await spawner.event(empty, 'process.start-failed');

  t.true(unknown.data.reason.includes('parrot'));
  t.like(rejected.data, { commandId: 'first', code: 'ORC_START_FAILED' });
  t.true(unset.data.reason.includes('ORCHESTRATOR_LINE_COMMAND'));
});

test('commands that were given while no spawner ran are done when one starts', async (t) => {
  const spawner = await startSpawner(t);
  await spawner.stop();
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  await sendMessage(spawner.log, agent, 'first', 'hello');

  await spawner.start();
  await spawner.event(agent, 'turn.ended');

  t.is(ofType(await history(spawner.log), 'response.answer').length, 1);
});

test('a new spawner takes a running agent up, its logs without gap or repeat', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  const counting =
    'i=0; while IFS= read -r message; do for _ in 1 2 3 4 5; do i=$((i+1)); echo "line $i"; done; orchestrator answer "$message"; done';
  await createAgent(spawner.log, agent, counting);
  for (let round = 1; round <= 4; round += 1) {
    await sendMessage(spawner.log, agent, `message-${round}`, `text ${round}`);
    if (round % 2 === 0) await spawner.stop();
    if (round % 2 === 0) await spawner.start();
    await spawner.event(agent, 'turn.ended', (event) => event.correlationId === `message-${round}`);
  }
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');

  const events = await history(spawner.log);
  const owners = ofType(events, 'process.starting').map(({ data }) => data);
  t.is(new Set(owners.map(({ runId }) => runId)).size, 1, 'it is one process');
  t.deepEqual(
    owners.map(({ epoch }) => epoch),
    [1, 2, 3],
    'and each spawner took it up under an epoch of its own',
  );
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['text 1', 'text 2', 'text 3', 'text 4'],
  );
  t.deepEqual(
    await logLines(spawner.log, agent),
    Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
  );
});

test('an agent that ended while no spawner ran is stated with its exit code', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'read -r message; exit 7');
  const ready = await spawner.event(agent, 'process.ready');
  await spawner.stop();
  killAll(ready.data.pid === undefined ? [] : [ready.data.pid]);

  await spawner.start();
  const exited = await spawner.event(agent, 'process.exited');

  t.is(exited.data.signal, 'SIGKILL');
});

test('an agent with more waiting messages than are refused at once ends, and each has its outcome (A1)', async (t) => {
  const spawner = await startSpawner(t, { maxQueue: MAX_WAITING });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r message; do :; done');
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'process.delivered');
  for (const half of ['a', 'b']) {
    const messages = Array.from({ length: HALF }, (_, index) =>
      command(agent, 'command.send', { text: 'more', mode: 'wait' }, `${half}-${index}`),
    );
    const appended = await spawner.log.append(messages);
    t.true(appended.ok);
  }

  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');

  const refused = ofType(await history(spawner.log), 'process.rejected');
  t.is(new Set(refused.map(({ data }) => data.commandId)).size, 2 * HALF);
  t.deepEqual([...new Set(refused.map(({ data }) => data.code))], ['ORC_TURN_STOPPED']);
});
