import test from 'ava';
import {
  agentContainer,
  mailboxOptions,
} from '../../../spawner/runtime/docker/container-options.ts';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { bashSpec, linesOf, started, text, untilLine } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';
import { testSettings } from './test-docker-runtime.ts';

const engine = await dockerEngine();

const go = Buffer.from('go\n');

function life(on: DockerEngine): void {
  test('a spawner that died between create and start has its run started by the next', async (t) => {
    const { runtime, docker, image } = await dockerRuntime(t, on);
    const spec = bashSpec('echo here; read -r _');
    await docker.createContainer(mailboxOptions(spec, testSettings(image)));
    await docker.createContainer(agentContainer(spec, testSettings(image)));
    t.is(await runtime.attach(spec.agentId, spec.runId), undefined, 'it does not run yet');

    const process = await started(runtime, spec);

    await process.closeStdin();
    t.deepEqual((await linesOf(process)).map(text), ['here']);
  });

  test('an agent that somebody kills by hand has ended, and how is told', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('echo ready; sleep 1000');
    const process = await started(runtime, spec);
    await untilLine(process, 'ready');
    await docker.getContainer(spec.agentId).kill();
    t.deepEqual(await process.exited, { code: null, signal: 'SIGKILL' });
  });

  test('a container that somebody starts again is not the agent: it ends as that did', async (t) => {
    const { runtime, another, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('echo ready; read -r _; exit 5');
    const process = await started(runtime, spec);
    await process.write('go', go);
    t.deepEqual(await process.exited, { code: 5, signal: null });

    await docker.getContainer(spec.agentId).start();

    const later = await another().attach(spec.agentId, spec.runId);
    t.deepEqual(await later?.exited, { code: 5, signal: null });
    t.deepEqual((await linesOf(process)).map(text), ['ready'], 'its program did not run again');
  });

  test('a container that somebody restarts under the agent ends it', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('echo ready; read -r _');
    const process = await started(runtime, spec);
    await untilLine(process, 'ready');
    await docker.getContainer(spec.agentId).restart({ t: 0 });
    // The engine says SIGTERM first, also where it waits for nothing.
    t.regex((await process.exited).signal ?? '', /^SIG(TERM|KILL)$/);
    t.is(await process.write('late', go), 'gone');
    t.deepEqual((await linesOf(process)).map(text), ['ready']);
  });

  test('an agent that somebody paused reads what is written to it', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('read -r line; echo "$line"');
    const process = await started(runtime, spec);
    await docker.getContainer(spec.agentId).pause();
    t.like(await runtime.list(), { 0: { running: true } });
    t.is(await process.write('go', go), 'written');
    t.deepEqual(await process.exited, { code: 0, signal: null });
    t.deepEqual((await linesOf(process)).map(text), ['go']);
  });

  test('an agent that somebody paused ends when it is signalled', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('echo ready; sleep 1000');
    const process = await started(runtime, spec);
    await untilLine(process, 'ready');
    await docker.getContainer(spec.agentId).pause();
    await process.signal('SIGTERM');
    t.deepEqual(await process.exited, { code: null, signal: 'SIGTERM' });
  });

  test('an agent whose container somebody removed has ended, unknown how', async (t) => {
    const { runtime, another, docker } = await dockerRuntime(t, on);
    const spec = bashSpec('echo ready; read -r _');
    const process = await started(runtime, spec);
    await untilLine(process, 'ready');
    await docker.getContainer(spec.agentId).remove({ force: true });
    const end = await process.exited;
    // The engine may be asked between the death and the removal.
    t.true(end.code === null);
    t.is(await process.write('late', go), 'gone');
    t.is(await another().attach(spec.agentId, spec.runId), undefined);
  });

  test('labels tell operators whose a container is', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const labels = { kind: 'demo', owner: 'telegram:42', created: 'now', ttl: '7200000' };
    const spec = bashSpec('read -r _', { labels });
    await started(runtime, spec);
    const { Config } = await docker.getContainer(spec.agentId).inspect();
    t.like(Config.Labels, {
      'dev.orchestrator.agent': spec.agentId,
      'dev.orchestrator.run': spec.runId,
      'dev.orchestrator.role': 'agent',
      'dev.orchestrator.kind': 'demo',
      'dev.orchestrator.owner': 'telegram:42',
      'dev.orchestrator.ttl': '7200000',
    });
    t.regex(Config.Labels['dev.orchestrator.config'] ?? '', /^[0-9a-f]{16}$/);
  });

  test('an image that is not there is a failure that says how to build it', async (t) => {
    const { runtime } = await dockerRuntime(t, on, { image: 'no-such-image:here' });
    const result = await runtime.start(bashSpec('true'));
    t.true(!result.ok && /no-such-image:here is not there; `npm run images`/.test(result.reason));
  });

  test('binary output comes byte for byte', async (t) => {
    const { runtime } = await dockerRuntime(t, on);
    const program = `printf '\\377\\000\\001\\r\\n\\n'; head -c 16384 /dev/zero; echo; head -c 16383 /dev/zero; echo; echo end`;
    const lines = await linesOf(await started(runtime, bashSpec(program)));
    t.deepEqual(
      lines.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
      ['\xff\0\x01\r', '', '\0'.repeat(16_384), '\0'.repeat(16_383), 'end'],
    );
  });
}

if (engine) life(engine);
else test('the life of containers', (t) => t.pass('skipped: no Docker engine'));
