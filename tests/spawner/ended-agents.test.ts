import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { AgentWorker } from '../../spawner/agent-worker.ts';
import { Attachment } from '../../spawner/attachment.ts';
import { LocalProcess } from '../../spawner/runtime/local/local-process.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { startSpawner } from '../support/spawner.ts';

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

/** Counted after a full collection of garbage. */
const alive = (kind: typeof Attachment | typeof LocalProcess | typeof AgentWorker) =>
  queryObjects(kind, { format: 'count' });

// Issue 11, the hour under load: each agent that had ever ended left its worker, a process, a watch of its
// folder, two signals and their listeners in the spawner.
test('what a spawner holds of a process goes with its end', async (t) => {
  const spawner = await startSpawner(t);
  const agents = Array.from({ length: 4 }, newAgentId);
  for (const agent of agents) {
    await createAgent(spawner.log, agent, ECHO);
    await spawner.event(agent, 'process.ready');
  }
  t.is(alive(LocalProcess), agents.length);
  for (const agent of agents) {
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
    await spawner.event(agent, 'process.stopped');
  }
  // What comes for an agent that has ended is answered when it is let go.
  for (const agent of agents) {
    await sendMessage(spawner.log, agent, `late for ${agent}`, 'hello');
    await spawner.event(agent, 'process.rejected');
  }
  t.is(alive(LocalProcess), 0);
  t.is(alive(Attachment), 0);
  // Its worker goes when it has nothing in hand; no event tells.
  for (let looks = 0; looks < 20 && alive(AgentWorker) > 0; looks += 1) await delay(250);
  t.is(alive(AgentWorker), 0);

  // What other spawners do is none of its business any more.
  const meta = { id: 'resumed', source: 'test', now: new Date() };
  const resumed = await spawner.log.append(newEvent('node.resumed', { node: 'node-x' }, {}, meta));
  if (!resumed.ok) throw new Error('not stored');
  await spawner.follower.folded(resumed.sequence);
  t.is(alive(AgentWorker), 0);
});

test('what is kept of an ended run goes with a delete, also where another spawner saw its end', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  await spawner.event(agent, 'process.ready');
  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');
  const runs = join(spawner.folder, agent, 'runs');
  t.is((await readdir(runs)).length, 1, 'its output may still be wanted');
  await spawner.stop();
  await spawner.start();
  await spawner.log.append(command(agent, 'command.delete', {}));
  await spawner.event(agent, 'process.deleted');
  await t.throwsAsync(readdir(runs), { code: 'ENOENT' }, 'its home is gone');
});
