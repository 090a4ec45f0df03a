import test, { type ExecutionContext } from 'ava';
import { dockerEngine as engineClient } from '../../../platform/docker/docker-engine.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { createAgent, sendMessage } from '../../support/commands.ts';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import { history, logLines, ofType, untilEvent, untilLogLine } from '../../support/history.ts';
import { startSpawners } from '../../support/spawner-process.ts';
import { removeAgent } from '../runtime/docker-under-test.ts';

const engine = await dockerEngine();

const COUNTER =
  'n=0; while IFS= read -r message; do echo "line $((n += 1))"; orchestrator answer "$n $message"; done';

async function dockerSpawners(t: ExecutionContext, on: DockerEngine) {
  return startSpawners(t, {
    environment: {
      ORCHESTRATOR_RUNTIME: 'docker',
      ORCHESTRATOR_DOCKER_HOST: on.host,
      ORCHESTRATOR_WORKER_IMAGE: await workerImage(on),
      ORCHESTRATOR_AGENT_NETWORK: 'host',
    },
  });
}

function takeovers(on: DockerEngine): void {
  test('a spawner that shares an engine with a dead one goes on with its containers', async (t) => {
    const spawners = await dockerSpawners(t, on);
    const { log } = spawners;
    const agent = newAgentId();
    t.teardown(() => removeAgent(engineClient(on.host), agent));
    const ended = (id: string) =>
      untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === id);
    const first = await spawners.spawner('first', spawners.place());
    await createAgent(log, agent, COUNTER);
    await sendMessage(log, agent, 'message-1', 'one');
    await ended('message-1');
    const second = await spawners.spawner('second', spawners.place());

    await first.kill();
    await sendMessage(log, agent, 'message-2', 'two');
    await ended('message-2');

    const events = await history(log);
    t.deepEqual(
      ofType(events, 'response.answer').map(({ data }) => data.text),
      ['1 one', '2 two'],
      'it is the same process, with its memory',
    );
    const owners = ofType(events, 'process.starting').map(({ data }) => data);
    t.is(owners.at(-1)?.node, second.node);
    t.deepEqual(
      owners.map(({ epoch }) => epoch),
      [1, 2],
    );
    t.is(ofType(events, 'process.ready').length, 1, 'it was started once');
    await untilLogLine(log, agent, 'line 2');
    t.deepEqual(await logLines(log, agent), ['line 1', 'line 2']);
  });
}

if (engine) takeovers(engine);
else test('takeovers of containers', (t) => t.pass('skipped: no Docker engine'));
