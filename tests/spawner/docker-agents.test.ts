import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { history, logLines, ofType, untilLogLine } from '../support/history.ts';
import { type SpawnerOptions, startSpawner } from '../support/spawner.ts';
import { dockerRuntime } from './runtime/docker-under-test.ts';

const engine = await dockerEngine();

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

/** A spawner whose agents live in containers, and reach the test's NATS on loopback. */
async function dockerSpawner(
  t: ExecutionContext,
  on: DockerEngine,
  { memoryBytes = 2 ** 28, ...options }: SpawnerOptions & { memoryBytes?: number } = {},
) {
  const limits = { memoryBytes, pids: 128, cpus: 1, tmpBytes: 2 ** 24 };
  const { runtime, docker } = await dockerRuntime(t, on, { network: 'host', limits });
  return { spawner: await startSpawner(t, { ...options, runtime }), docker };
}

const ended = (agentId: string, runId: string): NewEvent => ({
  id: `process.exited:${runId}`,
  type: 'process.exited',
  source: 'orchestrator/test',
  time: new Date().toISOString(),
  subject: subjectOf({ family: 'process', agentId, name: 'exited' }),
  data: { runId, code: null, signal: 'SIGTERM' },
});

function agentsInContainers(on: DockerEngine): void {
  test('an agent in a container answers by its own command and credential', async (t) => {
    const { spawner } = await dockerSpawner(t, on);
    const agent = newAgentId();
    await createAgent(spawner.log, agent, ECHO);
    await sendMessage(spawner.log, agent, 'first', 'hello "there"\nsecond line 😀');

    await spawner.event(agent, 'turn.ended');

    const events = await history(spawner.log);
    t.deepEqual(
      ofType(events, 'response.answer').map(({ data }) => data.text),
      ['hello "there"\\nsecond line 😀'],
    );
    t.like(ofType(events, 'process.starting')[0]?.data, { runtime: 'docker' });
  });

  test('an agent in a container outlives its spawner, and its answer and log wait for the next', async (t) => {
    const { spawner } = await dockerSpawner(t, on);
    const agent = newAgentId();
    const program =
      'n=0; while IFS= read -r message; do for i in 1 2 3; do echo "line $((n += 1))"; sleep 0.3; done; orchestrator answer "$n $message"; done';
    await createAgent(spawner.log, agent, program);
    await sendMessage(spawner.log, agent, 'first', 'one');
    await untilLogLine(spawner.log, agent, 'line 1');
    await spawner.stop();
    await sendMessage(spawner.log, agent, 'second', 'two');
    await spawner.event(agent, 'response.answer');

    await spawner.start();

    await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'second');
    await untilLogLine(spawner.log, agent, 'line 6');
    const events = await history(spawner.log);
    t.deepEqual(
      ofType(events, 'response.answer').map(({ data }) => data.text),
      ['3 one', '6 two'],
    );
    t.is(ofType(events, 'process.ready').length, 1, 'it is the same process');
    t.deepEqual(
      await logLines(spawner.log, agent),
      [1, 2, 3, 4, 5, 6].map((n) => `line ${n}`),
    );
  });

  test('a container that is killed in a turn fails the turn visibly', async (t) => {
    const { spawner, docker } = await dockerSpawner(t, on);
    const agent = newAgentId();
    await createAgent(spawner.log, agent, 'read -r _; echo working; sleep 1000');
    await sendMessage(spawner.log, agent, 'first', 'hello');
    await untilLogLine(spawner.log, agent, 'working');

    await docker.getContainer(agent).kill();

    const failed = await spawner.event(agent, 'turn.failed');
    t.is(failed.data.code, 'ORC_AGENT_CRASHED');
    t.regex(failed.data.reason, /killed by SIGKILL/);
    const exited = await spawner.event(agent, 'process.exited');
    t.like(exited.data, { signal: 'SIGKILL' });
  });

  test('an agent that took too much memory is said to have', async (t) => {
    const { spawner } = await dockerSpawner(t, on, { memoryBytes: 2 ** 26 });
    const agent = newAgentId();
    const greedy = `read -r _; exec node -e 'const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1))'`;
    await createAgent(spawner.log, agent, greedy);
    await sendMessage(spawner.log, agent, 'first', 'hello');

    const failed = await spawner.event(agent, 'turn.failed');

    t.regex(failed.data.reason, /out of memory/);
    t.like((await spawner.event(agent, 'process.exited')).data, { outOfMemory: true });
  });

  test('an agent whose container was removed while nobody looked is stated as lost', async (t) => {
    const { spawner, docker } = await dockerSpawner(t, on);
    const agent = newAgentId();
    await createAgent(spawner.log, agent, 'read -r _; echo working; sleep 1000');
    await sendMessage(spawner.log, agent, 'first', 'hello');
    await untilLogLine(spawner.log, agent, 'working');
    await spawner.stop();
    await docker.getContainer(agent).remove({ force: true });

    await spawner.start();

    const failed = await spawner.event(agent, 'turn.failed');
    t.is(failed.data.code, 'ORC_AGENT_LOST');
    await spawner.event(agent, 'process.lost');
  });

  test('a delete ends a container gently, and it is removed with all that was its own', async (t) => {
    const { spawner, docker } = await dockerSpawner(t, on);
    const agent = newAgentId();
    const program = 'while IFS= read -r _; do :; done; echo "stdin has ended"';
    await createAgent(spawner.log, agent, program);
    await spawner.event(agent, 'process.ready');
    await spawner.log.append(command(agent, 'command.delete', {}));

    await spawner.event(agent, 'process.deleted');

    const events = await history(spawner.log);
    t.like(ofType(events, 'process.stopped')[0]?.data, { code: 0, signal: null });
    t.deepEqual(await logLines(spawner.log, agent), ['stdin has ended']);
    const filters = { label: [`dev.orchestrator.agent=${agent}`] };
    t.deepEqual(await docker.listContainers({ all: true, filters }), []);
    t.deepEqual((await docker.listVolumes({ filters })).Volumes, []);
  });

  test('nothing is left of an agent that ended but its work, also where its spawner died before it cleared up', async (t) => {
    const { spawner, docker } = await dockerSpawner(t, on);
    const [first, second] = [newAgentId(), newAgentId()];
    for (const agent of [first, second]) {
      await createAgent(spawner.log, agent, 'read -r _; exit 3');
      await spawner.event(agent, 'process.ready');
    }
    const containers = (agent: string) => {
      const filters = { label: [`dev.orchestrator.agent=${agent}`] };
      return docker.listContainers({ all: true, filters });
    };
    const untilNone = async (agent: string) => {
      while ((await containers(agent)).length > 0) await delay(50);
    };
    await sendMessage(spawner.log, first, 'first', 'hello');
    await untilNone(first);

    // As one leaves it that is killed after it stated the end.
    const state = (await docker.getContainer(second).inspect()).Config.Labels;
    await spawner.stop();
    await docker.getContainer(second).stop();
    const run = state['dev.orchestrator.run'] ?? '';
    await spawner.log.append(ended(second, run));
    await spawner.start();
    await untilNone(second);

    const { Volumes } = await docker.listVolumes({
      filters: { label: [`dev.orchestrator.agent=${second}`] },
    });
    t.deepEqual(
      Volumes.map(({ Name }) => Name),
      [`${second}-home`],
    );
  });

  test('an idle agent is frozen where the settings want that, and the next message wakes it', async (t) => {
    const { spawner, docker } = await dockerSpawner(t, on, { pauseAfterMs: 300 });
    const agent = newAgentId();
    await createAgent(spawner.log, agent, ECHO);
    const isPaused = async () => (await docker.getContainer(agent).inspect()).State.Paused;
    await spawner.event(agent, 'process.paused');
    t.true(await isPaused());
    await spawner.stop();
    await spawner.start();

    await sendMessage(spawner.log, agent, 'first', 'hello');
    const ended = await spawner.event(agent, 'turn.ended');
    await spawner.event(agent, 'process.paused', ({ time }) => time > ended.time);
    t.true(await isPaused());
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));

    t.like((await spawner.event(agent, 'process.stopped')).data, { code: 0 });
  });

  test('an extended agent has new credentials, and its time is told to its container', async (t) => {
    const { spawner } = await dockerSpawner(t, on);
    const agent = newAgentId();
    const program =
      'cksum <"$ORCHESTRATOR_CREDS"; read -r _; cksum <"$ORCHESTRATOR_CREDS"; orchestrator answer done';
    await createAgent(spawner.log, agent, program);
    await spawner.event(agent, 'process.ready');
    await spawner.log.append(command(agent, 'command.extend', { ttlMs: 7_200_000 }));
    await spawner.event(agent, 'process.extended');
    await sendMessage(spawner.log, agent, 'first', 'hello');

    await spawner.event(agent, 'turn.ended');

    const [before, after] = await logLines(spawner.log, agent);
    t.regex(before ?? '', /^\d+ \d+$/);
    t.regex(after ?? '', /^\d+ \d+$/);
    t.not(before, after);
  });
}

if (engine) agentsInContainers(engine);
else test('agents in containers', (t) => t.pass('skipped: no Docker engine'));
