import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { WhatIfComparison } from '../../core/operator/compare-what-if.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { AGENT_LABEL } from '../../spawner/runtime/docker/container-options.ts';
import { runHere } from '../cli/run-here.ts';
import { startViews } from '../core/conversation/views.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { outsideHost } from '../support/docker/outside-host.ts';
import { startSpawner } from '../support/spawner.ts';
import { environment } from '../support/system.ts';
import { bashSpec, linesOf, started, text } from './runtime/conformance.ts';
import { dockerRuntime } from './runtime/docker-under-test.ts';

const engine = await dockerEngine();

/** A model that says `hello`, on loopback; its port. */
async function model(t: ExecutionContext): Promise<number> {
  const server = createServer((_request, answer) => answer.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  // It listens at an address.
  return (server.address() as AddressInfo).port;
}

/** The first line that the proxy answers, or `no` where nothing can be reached. */
const asked = (request: string): string =>
  `(exec 3<>/dev/tcp/127.0.0.1/3128; printf '%b' '${request}\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3; head -n 1 <&3 | tr -d '\\r') 2>/dev/null || echo no`;

const reach = (host: string, port: number): string =>
  `if timeout 5 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null; then echo ok; else echo no; fi`;

function whatIfsInContainers(on: DockerEngine): void {
  test('a container without a network reaches its model and NATS, by its gate, and nothing else', async (t) => {
    const [port, other, outside] = [await model(t), await model(t), await outsideHost(t)];
    // The gate is where this machine's loopback is; the agent is nowhere.
    const { runtime, docker } = await dockerRuntime(t, on, { network: 'host' });
    const waysOut = { hosts: [`127.0.0.1:${port}`], nats: [`127.0.0.1:${other}`] };
    const spec = bashSpec(
      [
        'ls /sys/class/net',
        asked(`GET http://127.0.0.1:${port}/v1 HTTP/1.1`),
        asked(`CONNECT 127.0.0.1:${port} HTTP/1.1`),
        asked(`GET http://127.0.0.1:${other}/v1 HTTP/1.1`),
        asked(`CONNECT ${outside.address}:${outside.port} HTTP/1.1`),
        reach('127.0.0.1', 4222),
        reach('127.0.0.1', port),
        reach(outside.address, outside.port),
      ].join('; '),
      { waysOut },
    );
    const process = await started(runtime, spec);
    t.deepEqual((await linesOf(process)).map(text), [
      'lo',
      'HTTP/1.1 200 OK',
      'HTTP/1.1 200 Connection Established',
      'HTTP/1.1 403 Forbidden',
      'HTTP/1.1 403 Forbidden',
      'ok',
      'no',
      'no',
    ]);
    const { HostConfig } = await docker.getContainer(spec.agentId).inspect();
    t.is(HostConfig.NetworkMode, 'none');
    await process.exited;
    await process.remove();
    const filters = { label: [`${AGENT_LABEL}=${spec.agentId}`] };
    t.deepEqual(await docker.listContainers({ all: true, filters }), [], 'its gate goes with it');
  });

  test('a what-if in a container of its own answers, reaches nothing, and leaves nothing behind', async (t) => {
    const limits = { memoryBytes: 2 ** 28, pids: 128, cpus: 1, tmpBytes: 2 ** 24 };
    const { runtime, docker } = await dockerRuntime(t, on, { network: 'host', limits });
    const spawner = await startSpawner(t, { runtime });
    await startViews(t, spawner.nats);
    const { log, nats } = spawner;
    const agentId = newAgentId();
    const port = await model(t);
    const seen = `$(${reach('127.0.0.1', port)})`;
    const program = `while IFS= read -r message; do orchestrator answer "${seen} $message"; done`;
    await createAgent(log, agentId, program);
    await sendMessage(log, agentId, 'first', 'one');
    await spawner.event(agentId, 'turn.ended');

    const { url, operatorCreds, dataDir } = nats;
    const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
    const args = ['what-if', agentId, '--say', 'two', '--json', '--timeout', '60s'];
    const ran = await runHere(args, environment(dataDir, own));

    t.is(ran.code, 0, ran.stderr);
    const shown: WhatIfComparison = JSON.parse(ran.stdout);
    t.like(shown, { isolated: true, isOver: true });
    t.is(shown.recorded.said[0]?.text, 'ok one');
    t.is(shown.tried.said[0]?.text, 'no two');
    const filters = { label: [`${AGENT_LABEL}=${shown.agentId}`] };
    t.deepEqual(await docker.listContainers({ all: true, filters }), []);
    t.deepEqual((await docker.listVolumes({ filters })).Volumes ?? [], []);
  });
}

if (engine) whatIfsInContainers(engine);
else test('what-ifs in containers', (t) => t.pass('skipped: no Docker engine'));
