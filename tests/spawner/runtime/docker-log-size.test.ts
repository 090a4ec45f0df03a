import test from 'ava';
import { dockerEngine } from '../../support/docker/engine.ts';
import { bashSpec, started } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

const MEGABYTE = 1024 * 1024;

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
    lines += batch.length;
    most = Math.max(most, memory() - before);
  }
  t.is(lines, 60_000);
  t.true(most < 40 * MEGABYTE, `${Math.round(most / MEGABYTE)} MB`);
});

/** What buffers take, which a log is made of. */
const memory = () => process.memoryUsage().arrayBuffers;
