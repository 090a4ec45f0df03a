import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSpawners } from '../support/spawner-process.ts';

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

test('a spawner goes on from its checkpoint: what came before is not read again', async (t) => {
  const spawners = await startSpawners(t);
  const { log, nats } = spawners;
  const dataDir = spawners.place();
  const spawner = await spawners.spawner('one', dataDir);
  const agent = newAgentId();
  await createAgent(log, agent, ECHO);
  await untilEvent(log, ({ type }) => type === 'process.ready');
  await spawner.stop();
  t.deepEqual(await readdir(join(dataDir, 'snapshots')), [`spawner-${spawner.node}.jsonl`]);

  // Who reads the log from its beginning learns of no agent any more; the fence still stands there.
  const fence = await log.last('EVENTS', agentFilter(agent, 'process'));
  if (fence === undefined) return t.fail();
  await (await nats.connection.jsm()).streams.purge('EVENTS', { seq: fence.sequence });
  await spawner.start();
  await sendMessage(log, agent, 'm-1', 'still here');

  const answer = await untilEvent(log, ({ type }) => type === 'response.answer');
  t.like(answer.data, { text: 'still here' });
});

test('a spawner whose checkpoint is torn reads the log from its beginning', async (t) => {
  const spawners = await startSpawners(t);
  const { log } = spawners;
  const dataDir = spawners.place();
  const spawner = await spawners.spawner('one', dataDir);
  const agent = newAgentId();
  await createAgent(log, agent, ECHO);
  await untilEvent(log, ({ type }) => type === 'process.ready');
  await spawner.stop();
  const path = join(dataDir, 'snapshots', `spawner-${spawner.node}.jsonl`);
  await writeFile(path, (await readFile(path)).subarray(0, -10));

  await spawner.start();
  await sendMessage(log, agent, 'm-1', 'still here');

  const answer = await untilEvent(log, ({ type }) => type === 'response.answer');
  t.like(answer.data, { text: 'still here' });
});
