import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { dockerEngine } from '../support/docker/engine.ts';
import { orchestratorImage, workerImage } from '../support/docker/project-images.ts';
import { ComposeClone } from './clone.ts';

const UP_MS = 15 * 60_000;
const CHAT_MS = 5 * 60_000;

/** Each time, so that what was lost takes the others' place. */
const LOST = ['nats-2', 'spawner'] as const;

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;

withDocker(
  'one command brings the cluster up, which stands the loss of a server and a spawner',
  async (t) => {
    t.timeout(UP_MS);
    if (engine === undefined) return;
    const system = await ComposeClone.make(engine, {
      ORCHESTRATOR_IMAGE: await orchestratorImage(engine),
      ORCHESTRATOR_WORKER_IMAGE: await workerImage(engine),
    });
    t.teardown(() => system.remove());
    const files = 'COMPOSE_FILE=docker-compose.yml:docker-compose.cluster.yml\n';
    writeFileSync(join(system.folder, '.env'), files);
    const up = await system.run(['up', '--detach']);
    t.is(up.code, 0, up.stderr);
    await answers('before');

    for (const service of LOST) {
      const killed = await system.run(['kill', '--signal', 'SIGKILL', service]);
      t.is(killed.code, 0, killed.stderr);
      await answers(`without ${service}`);
    }

    async function answers(text: string): Promise<void> {
      t.timeout(CHAT_MS);
      const { code, stdout, stderr } = await system.run(
        ['run', '--rm', '-T', 'cli', 'chat'],
        `${text}\n`,
      );
      t.is(code, 0, stderr);
      t.true(stdout.includes(`You said: ${text}`), stdout + stderr);
    }
  },
);
