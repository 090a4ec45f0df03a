import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { history, ofType } from '../support/history.ts';
import { startSpawner } from '../support/spawner.ts';
import { dockerRuntime } from './runtime/docker-under-test.ts';

const engine = await dockerEngine();

/** Keeps what it was told, and puts a link where its instructions belong, as a hostile one might. */
const KEEPER =
  'ln -sf /etc/passwd AGENTS.md; while IFS= read -r m; do echo "$m" >>said; orchestrator answer "$(head -1 said) $(grep -c . said)"; done';

function goingOnInContainers(on: DockerEngine): void {
  test('an agent in a container goes on in the home that it had, and deleted its home is gone', async (t) => {
    const limits = { memoryBytes: 2 ** 28, pids: 128, cpus: 1, tmpBytes: 2 ** 24 };
    const { runtime, docker } = await dockerRuntime(t, on, { network: 'host', limits });
    const spawner = await startSpawner(t, { runtime });
    const agent = newAgentId();
    const volume = docker.getVolume(`${agent}-home`);
    await createAgent(
      spawner.log,
      agent,
      'while IFS= read -r m; do echo "$m" >>said; orchestrator answer "$(head -1 said) $(grep -c . said)"; done',
    );
    await sendMessage(spawner.log, agent, 'first', 'one');
    await spawner.event(agent, 'turn.ended');
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
    await spawner.event(agent, 'process.stopped');
    await spawner.log.append(command(agent, 'command.resume', {}));
    await sendMessage(spawner.log, agent, 'second', 'two');
    await spawner.event(agent, 'turn.ended', ({ correlationId }) => correlationId === 'second');

    const answers = ofType(await history(spawner.log), 'response.answer');
    t.regex(answers.at(-1)?.data.text ?? '', /^one \d/);
    t.deepEqual(await runtime.homes(), [agent]);
    await t.notThrowsAsync(volume.inspect());

    await spawner.log.append(command(agent, 'command.delete', {}));
    await spawner.event(agent, 'process.deleted');
    t.deepEqual(await runtime.homes(), []);
    await t.throwsAsync(volume.inspect());
  });

  test('a link where its instructions belong leads nowhere: it does not go on, and says why', async (t) => {
    const limits = { memoryBytes: 2 ** 28, pids: 128, cpus: 1, tmpBytes: 2 ** 24 };
    const { runtime } = await dockerRuntime(t, on, { network: 'host', limits });
    const spawner = await startSpawner(t, { runtime });
    const agent = newAgentId();
    await createAgent(spawner.log, agent, KEEPER);
    await sendMessage(spawner.log, agent, 'first', 'one');
    await spawner.event(agent, 'turn.ended');
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
    await spawner.event(agent, 'process.stopped');
    await spawner.log.append(command(agent, 'command.resume', {}));
    const { data } = await spawner.event(agent, 'process.start-failed');
    t.regex(data.reason, /AGENTS\.md/);
  });
}

if (engine) goingOnInContainers(engine);
else test('going on in containers', (t) => t.pass('skipped: no Docker engine'));
