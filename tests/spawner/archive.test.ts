import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hashSystem } from '../../core/domain/system-state.ts';
import { agentFromLog } from '../../core/projection/agent-from-log.ts';
import { checkpointedFollower } from '../../core/projection/checkpointed-follower.ts';
import { SystemFollower } from '../../core/projection/system-follower.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { quiet } from '../core/projection/folded-log.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { type SpawnerFixture, startSpawner } from '../support/spawner.ts';

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

const DAY_MS = 86_400_000;

/** An agent that has answered and ended, with what a run leaves on the disk. */
async function endedAgent(spawner: SpawnerFixture, commandLine = ECHO): Promise<string> {
  const agent = newAgentId();
  await createAgent(spawner.log, agent, commandLine);
  await sendMessage(spawner.log, agent, `m-of-${agent}`, 'hello');
  await spawner.event(agent, 'turn.ended');
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');
  return agent;
}

/** With a clock that is two days ahead of the agent's end. */
async function archivedAgent(t: ExecutionContext) {
  const spawner = await startSpawner(t, { archiveAfterMs: DAY_MS, archiveLookMs: 20 });
  const agent = await endedAgent(spawner);
  spawner.aheadMs = 2 * DAY_MS;
  const { sequence, data } = await spawner.event(agent, 'process.archived');
  await spawner.follower.folded(sequence);
  return { spawner, agent, sequence, data };
}

test('an agent that ended long ago leaves the state, and is read from the log', async (t) => {
  const { spawner, agent, data } = await archivedAgent(t);
  t.like(data.summary, { kind: 'line', counts: { messages: 1, answers: 1, turns: 1, failed: 0 } });
  t.regex(data.summary?.end ?? '', /^stopped: /);
  const { agents, fences, archived } = spawner.follower.state;
  t.is(agents.size + fences.size, 0);
  t.like(archived.get(agent), { kind: 'line', how: 'stopped' });
  const whole = await agentFromLog(spawner.log, agent);
  t.like(whole, { phase: 'ended', counts: { messages: 1, answers: 1, turns: 1, failed: 0 } });
  t.is(await agentFromLog(spawner.log, newAgentId()), undefined);
});

test('it is not archived while it was just ended, nor while its credential is on the list of those that do not count', async (t) => {
  const spawner = await startSpawner(t, { archiveAfterMs: 1, archiveLookMs: 20 });
  const young = await endedAgent(spawner);
  // Its credential ends an hour, its turn's time and ten minutes after its start.
  spawner.aheadMs = 60 * 60_000;
  const other = newAgentId();
  await createAgent(spawner.log, other, 'exit 0', { ttlMs: 1_000, turnDeadlineMs: 1_000 });
  await spawner.event(other, 'process.exited');
  spawner.aheadMs += 11 * 60_000 + 5_000;
  await spawner.event(young, 'process.archived');
  await spawner.event(other, 'process.archived');
  const archived = ofType(await history(spawner.log), 'process.archived');
  t.is(archived.length, 2, 'each once');
  const ends = ofType(await history(spawner.log), 'process.exited');
  t.true((archived[0]?.sequence ?? 0) > (ends[0]?.sequence ?? 0), 'an hour was too early');
});

test('what comes for it later gets its outcome and does not bring it back', async (t) => {
  const { spawner, agent } = await archivedAgent(t);
  await sendMessage(spawner.log, agent, 'm-late', 'are you there?');
  const message = await spawner.event(agent, 'process.rejected');
  t.like(message.data, { commandId: 'm-late', code: 'ORC_AGENT_ENDED' });
  await createAgent(spawner.log, agent, ECHO);
  const isNext = ({ sequence }: { sequence: number }) => sequence > message.sequence;
  const create = await spawner.event(agent, 'process.rejected', isNext);
  await spawner.follower.folded(create.sequence);

  t.is(spawner.follower.state.agents.size, 0);
  t.is(ofType(await history(spawner.log), 'process.starting').length, 1);
});

test('an owner of before is refused by the fence', async (t) => {
  const { spawner, agent, sequence } = await archivedAgent(t);
  const stopped = ofType(await history(spawner.log), 'process.stopped')[0];
  const filter = agentFilter(agent, 'process');
  const stale = command(agent, 'command.interrupt', {});
  const late = { ...stale, subject: `agents.${agent}.process.late` };
  const expected = { expect: { filter, sequence: stopped?.sequence ?? 0 } };
  t.like(await spawner.log.append(late, expected), { ok: false, error: 'conflict' });
  t.is((await spawner.log.last('EVENTS', filter))?.sequence, sequence);
});

test('it can be deleted with all that it left, also by a spawner that never met it; its id stays taken', async (t) => {
  const { spawner, agent } = await archivedAgent(t);
  await spawner.stop();
  await spawner.start();
  const runs = join(spawner.folder, agent, 'runs');
  t.is((await readdir(runs)).length, 1);

  await spawner.log.append(command(agent, 'command.delete', {}));
  const deleted = await spawner.event(agent, 'process.deleted');
  await spawner.follower.folded(deleted.sequence);
  await t.throwsAsync(readdir(runs), { code: 'ENOENT' }, 'its home is gone');
  const { agents, archived, forgotten } = spawner.follower.state;
  t.deepEqual([agents.size, archived.size, forgotten], [0, 0, 1]);

  await createAgent(spawner.log, agent, ECHO);
  const refused = await spawner.event(agent, 'process.rejected');
  await spawner.follower.folded(refused.sequence);
  t.is(agents.size, 0, 'nobody has it in mind any more, but the log');
  t.is(ofType(await history(spawner.log), 'process.starting').length, 1);
});

test('the state is the same from a checkpoint and from the beginning of the log', async (t) => {
  const { spawner } = await archivedAgent(t);
  const living = newAgentId();
  await createAgent(spawner.log, living, ECHO);
  await spawner.event(living, 'process.ready');
  await spawner.stop();
  const path = join(spawner.nats.dataDir, 'snapshots', 'spawner-node-test.jsonl');
  const restored = await checkpointedFollower(path, { log: spawner.log, logger: quiet });
  const whole = new SystemFollower({ log: spawner.log, logger: quiet });
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  for (const follower of [restored, whole]) await follower.start(abort.signal);
  t.is(restored.state.archived.size, 1);
  t.is(hashSystem(restored.state), hashSystem(whole.state));
});
