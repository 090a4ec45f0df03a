import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { docker } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import { random } from '../../support/random.ts';
import { bashSpec } from './conformance.ts';
import { testDockerRuntime } from './test-docker-runtime.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 3);

test('writing to a container that is killed meanwhile comes to an end', async (t) => {
  const engine = await dockerEngine();
  if (engine === undefined) return t.log('skipped: no Docker engine');
  const { next, seed } = random();
  t.log(`seed ${seed}`);
  const runtime = testDockerRuntime(engine.host, await workerImage(engine));
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = await runtime.start(bashSpec('while read -r line; do :; done'));
    if (!started.ok) throw new Error(started.reason);
    const { process } = started;
    const writing = (async () => {
      for (let n = 0; ; n += 1) {
        if ((await process.write(String(n), Buffer.from('message\n'))) === 'gone') return 'gone';
      }
    })();
    await delay(next(300));
    await docker(engine, ['kill', process.agentId]);
    t.is(await writing, 'gone');
    t.deepEqual(await process.exited, { code: null, signal: 'SIGKILL' });
    await process.remove();
  }
});
