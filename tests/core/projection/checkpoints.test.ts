import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hashSystem, initialSystem } from '../../../core/domain/system-state.ts';
import { ensureStreams } from '../../../core/log/streams.ts';
import { CheckpointFile } from '../../../core/projection/checkpoint-file.ts';
import { createAgent, sendMessage } from '../../support/commands.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { AGENT } from '../log/events.ts';
import { quiet, startFollower } from './folded-log.ts';

async function checkpointIn(t: ExecutionContext) {
  const path = join(await temporaryFolder(t), 'system.jsonl');
  return { path, checkpoint: new CheckpointFile({ path, logger: quiet, version: 'v1' }) };
}

test('a follower goes on from its checkpoint, reads only what came after it, and comes to the same hash', async (t) => {
  const { log } = await startTestNats(t);
  const { checkpoint } = await checkpointIn(t);
  await createAgent(log, AGENT, 'cat');
  await sendMessage(log, AGENT, 'm-1', 'hello');
  const first = await startFollower(t, log, { checkpoint });
  await first.stop();
  await first.follower.saveCheckpoint();
  await sendMessage(log, AGENT, 'm-2', 'hello');

  const second = await startFollower(t, log, { checkpoint });
  const fresh = await startFollower(t, log);

  t.is(hashSystem(second.follower.state), hashSystem(fresh.follower.state));
  t.is(second.follower.sequence, 3);
  t.truthy(await checkpoint.load((await log.identity('EVENTS')).created, 2), 'it stands at 2');
});

test('it is written by itself now and then', async (t) => {
  const { log } = await startTestNats(t);
  const { checkpoint } = await checkpointIn(t);
  const { created } = await log.identity('EVENTS');
  await startFollower(t, log, { checkpoint, checkpointEveryMs: 10 });
  await createAgent(log, AGENT, 'cat');
  let found = await checkpoint.load(created, 1);
  while (found?.sequence !== 1) found = await checkpoint.load(created, 1);
  t.is(found.state.agents.get(AGENT)?.phase, 'requested');
});

test('it is not written again while nothing changes', async (t) => {
  const { log } = await startTestNats(t);
  const { path, checkpoint } = await checkpointIn(t);
  await createAgent(log, AGENT, 'cat');
  const { follower } = await startFollower(t, log, { checkpoint });
  await follower.saveCheckpoint();
  await writeFile(path, 'untouched');
  await follower.saveCheckpoint();
  t.is(await readFile(path, 'utf8'), 'untouched');
});

test('everything is rebuilt when the log was wiped and made anew', async (t) => {
  const { log, connection } = await startTestNats(t);
  const { checkpoint } = await checkpointIn(t);
  await createAgent(log, AGENT, 'cat');
  const before = await startFollower(t, log, { checkpoint });
  await before.stop();
  await before.follower.saveCheckpoint();
  await (await connection.jsm()).streams.delete('EVENTS');
  await ensureStreams(connection, { replicas: 1, storage: 'file' });
  const other = 'agent-00000000000b';
  await createAgent(log, other, 'cat');

  const { follower } = await startFollower(t, log, { checkpoint });

  t.deepEqual([...follower.state.agents.keys()], [other]);
});

test('everything is rebuilt when the log has another message where the checkpoint stands', async (t) => {
  const { log } = await startTestNats(t);
  const { checkpoint } = await checkpointIn(t);
  await createAgent(log, AGENT, 'cat');
  const { created } = await log.identity('EVENTS');
  // As of a log that was put back from a backup and has gone on otherwise.
  const state = { ...initialSystem(), sequence: 1 };
  const seenAt = '2026-01-04T15:30:45.000Z';
  await checkpoint.save({ stream: created, sequence: 1, seenAt, state });

  const { follower } = await startFollower(t, log, { checkpoint });

  t.deepEqual([...follower.state.agents.keys()], [AGENT]);
});

test('a place that cannot be written costs the checkpoint and nothing else', async (t) => {
  const { log } = await startTestNats(t);
  const file = join(await temporaryFolder(t), 'a-file');
  await writeFile(file, '');
  const path = join(file, 'system.jsonl');
  const checkpoint = new CheckpointFile({ path, logger: quiet, version: 'v1' });
  await createAgent(log, AGENT, 'cat');
  const { follower } = await startFollower(t, log, { checkpoint });
  await t.notThrowsAsync(follower.saveCheckpoint());
  await sendMessage(log, AGENT, 'm-1', 'hello');
  await follower.folded(2);
  t.pass();
});
