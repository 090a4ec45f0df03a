import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { LocalRuntime } from '../../spawner/runtime/local/local-runtime.ts';
import { createAgent } from '../support/commands.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { startSpawner } from '../support/spawner.ts';

const exited = (agentId: string, runId: string): NewEvent => ({
  id: `process.exited:${runId}`,
  type: 'process.exited',
  source: 'orchestrator/test',
  time: new Date().toISOString(),
  subject: subjectOf({ family: 'process', agentId, name: 'exited' }),
  data: { runId, code: null, signal: 'SIGKILL' },
});

/** Processes of this machine whose runtime can go away between two questions, as an engine does. */
class FlappingRuntime extends LocalRuntime {
  override readonly removesEnded: boolean = true;
  away = false;

  override async attach(agentId: string, runId: string) {
    if (this.away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    return super.attach(agentId, runId);
  }
}

function flappingRuntime(t: ExecutionContext): FlappingRuntime {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-agents-'));
  t.teardown(() => removeFolder(folder));
  const searchPath = process.env.PATH ?? '/usr/bin:/bin';
  return new FlappingRuntime({ folder, searchPath, logger: pino({ level: 'silent' }) });
}

test('A10: a runtime that goes away while ended runs are removed does not end the spawner', async (t) => {
  const runtime = flappingRuntime(t);
  const spawner = await startSpawner(t, { runtime });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'cat');
  await spawner.event(agent, 'process.ready');
  // So that its end is stated by nobody who also removes it.
  await spawner.stop();
  const [run] = await runtime.list();
  const held = await runtime.attach(agent, run?.runId ?? '');
  await held?.signal('SIGKILL');
  await held?.exited;
  await held?.detach();
  const { runId = '' } = run ?? {};
  await spawner.log.append(exited(agent, runId));

  runtime.away = true;
  await spawner.start();
  t.like(await runtime.list(), [{ agentId: agent, running: false }], 'it waits for another look');
  runtime.away = false;
  await spawner.stop();
  await spawner.start();
  t.deepEqual(await runtime.list(), []);
});
