import test from 'ava';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { bashSpec, started } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

const MEGABYTE = 1024 * 1024;

/** So often it is looked at what is held. */
const LOOK_EVERY_LINES = 5_000;

test('B4: what an ended container has printed is read piece by piece, however much it is', async (t) => {
  const engine = await dockerEngine();
  if (engine === undefined) return t.log('skipped: no Docker engine');
  const { runtime } = await dockerRuntime(t, engine);
  const line = 'x'.repeat(1_000);
  const agent = await started(runtime, bashSpec(`yes ${line} | head -n 60000`));
  await agent.exited;
  const before = memory();
  let lines = 0;
  let most = 0;
  for await (const batch of agent.readLog('stdout', undefined, new AbortController().signal)) {
    const looks = Math.floor(lines / LOOK_EVERY_LINES);
    lines += batch.length;
    if (Math.floor(lines / LOOK_EVERY_LINES) > looks) most = Math.max(most, memory() - before);
  }
  t.is(lines, 60_000);
  t.true(most < 40 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
});

/** What buffers that somebody holds take, which a log is made of. */
function memory(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
