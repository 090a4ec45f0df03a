import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { MAX_WAITING } from '../../core/domain/agent/agent-state.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { startSpawner } from '../support/spawner.ts';

/** Holds what begins with `hold` until there is a file `go` in its workspace; answers everything. */
const HOLDS =
  'while IFS= read -r message; do case $message in hold*) until [ -e go ]; do sleep 0.25; done;; esac; orchestrator answer "$message"; done';

test('of more messages than may wait the last are refused, and those that wait have their turns', async (t) => {
  const spawner = await startSpawner(t, { maxQueue: 2 });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, HOLDS);
  await sendMessage(spawner.log, agent, 'first', 'hold');
  await spawner.event(agent, 'process.delivered');
  for (const id of ['go-1', 'go-2', 'go-3']) await sendMessage(spawner.log, agent, id, id);

  const refused = await spawner.event(agent, 'process.rejected');
  t.like(refused, { correlationId: 'go-3', data: { commandId: 'go-3', code: 'ORC_QUEUE_FULL' } });
  await writeFile(join(spawner.workspace(agent), 'go'), '');
  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'go-2');
  const rejected = ofType(await history(spawner.log), 'process.rejected');
  t.deepEqual(
    rejected.map(({ data }) => data.commandId),
    ['go-3'],
  );
});

test('what came while no spawner lived and had no room is refused by the next, in the order of the log', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, HOLDS);
  await spawner.event(agent, 'process.ready');
  await spawner.stop();
  for (let at = 0; at < MAX_WAITING + 3; at += 1) {
    await sendMessage(spawner.log, agent, `m-${at}`, 'hold');
  }
  await spawner.start();

  await spawner.event(agent, 'process.rejected', ({ data }) => data.commandId === 'm-201');
  await spawner.event(agent, 'process.rejected', ({ data }) => data.commandId === 'm-1002');
  const rejected = ofType(await history(spawner.log), 'process.rejected');
  const beyond = rejected.filter(({ data }) => data.at !== undefined);
  t.deepEqual(
    beyond.map(({ data, correlationId }) => [data.commandId, data.code, correlationId]),
    ['m-1000', 'm-1001', 'm-1002'].map((id) => [id, 'ORC_QUEUE_FULL', id]),
  );
  // The rest of what was kept waits behind as many as may.
  await spawner.event(agent, 'process.rejected', ({ data }) => data.commandId === 'm-999');
  t.is(spawner.follower.state.agents.get(agent)?.overflow, undefined);
});
