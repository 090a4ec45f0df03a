import test from 'ava';
import { mailboxContainer } from '../../../spawner/runtime/docker/container-options.ts';
import { cuttingProxy } from '../../support/docker/cutting-proxy.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { workerImage } from '../../support/docker/project-images.ts';
import { bashSpec } from './conformance.ts';
import { testDockerRuntime } from './test-docker-runtime.ts';

test('a message that the engine took without its answer coming through is there once', async (t) => {
  const engine = await dockerEngine();
  if (engine === undefined) return t.log('skipped: no Docker engine');
  const image = await workerImage(engine);
  const proxy = await cuttingProxy(t, engine);
  const spec = bashSpec('while read -r line; do echo "$line"; done');
  const started = await testDockerRuntime(proxy.host, image).start(spec);
  if (!started.ok) throw new Error(started.reason);
  const { process } = started;
  const abort = new AbortController();
  t.teardown(async () => {
    abort.abort();
    await process.signal('SIGKILL');
    await process.exited;
    await process.remove();
  });
  const lines = process.readLog('stdout', undefined, abort.signal)[Symbol.asyncIterator]();
  const next = async () => {
    const { done, value } = await lines.next();
    return done ? undefined : value.map(({ bytes }) => Buffer.from(bytes).toString());
  };
  const write = (text: string) => process.write(text, Buffer.from(`${text}\n`));

  proxy.cutNext('PUT');
  await t.throwsAsync(write('first'), { code: 'ECONNRESET' });
  // Rings, as the write that broke off could not.
  await testDockerRuntime(engine.host, image).attach(spec.agentId, spec.runId);
  t.deepEqual(await next(), ['first']);
  t.is(await write('second'), 'written');
  t.is(await write('first'), 'already-written');
  t.deepEqual(await next(), ['second']);

  proxy.cutNext('PUT');
  await t.throwsAsync(process.closeStdin(), { code: 'ECONNRESET' });
  t.is(await write('third'), 'gone');
  await process.closeStdin();
  t.deepEqual(await process.exited, { code: 0, signal: null });
  t.is(await next(), undefined);
});

test('A4: a program beside an agent whose engine is away comes to a failure that says so', async (t) => {
  const engine = await dockerEngine();
  if (engine === undefined) return t.log('skipped: no Docker engine');
  const proxy = await cuttingProxy(t, engine);
  const started = await testDockerRuntime(proxy.host, await workerImage(engine)).start(
    bashSpec('read -r _'),
  );
  if (!started.ok) throw new Error(started.reason);
  const { process } = started;
  t.teardown(async () => {
    await process.signal('SIGKILL');
    await process.exited;
    await process.remove();
  });
  const order = { environment: {}, timeoutMs: 5_000, outputBytes: 100 };
  const run = () =>
    process.exec({ ...order, command: ['true'], signal: new AbortController().signal });

  proxy.away = true;
  t.like(await run(), { ended: 'failed' });
  proxy.away = false;
  t.like(await run(), { ended: 'exit', exit: { code: 0, signal: null } });

  // An engine that was there again, on a connection that is not.
  proxy.cutNext('POST');
  t.like(await run(), { ended: 'exit', exit: { code: 0, signal: null } });
});

test('a run whose mailbox another spawner is about to have is started all the same', async (t) => {
  const engine = await dockerEngine();
  if (engine === undefined) return t.log('skipped: no Docker engine');
  const proxy = await cuttingProxy(t, engine);
  const spec = bashSpec('read -r line; echo "$line"');
  proxy.refuseNextCreation(mailboxContainer(spec.agentId));
  const runtime = testDockerRuntime(proxy.host, await workerImage(engine));

  const started = await runtime.start(spec);

  t.true(started.ok, started.ok ? '' : started.reason);
  if (!started.ok) return;
  const { process } = started;
  await process.closeStdin();
  await process.exited;
  await process.remove();
});
