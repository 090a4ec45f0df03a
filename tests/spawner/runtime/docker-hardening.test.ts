import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { text as allOf } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { ensureAgentNetwork } from '../../../platform/docker/agent-network.ts';
import { dockerEngine as engineClient } from '../../../platform/docker/docker-engine.ts';
import { mintAgentCredentials } from '../../../platform/nats/agent-credentials.ts';
import { derivedId, newAgentId } from '../../../schemas/ids.ts';
import { putEntries } from '../../../spawner/runtime/docker/archive.ts';
import {
  AGENT_UID,
  type ContainerSettings,
  HOME,
} from '../../../spawner/runtime/docker/container-options.ts';
import { whatIsAt } from '../../../spawner/runtime/docker/file-stat.ts';
import { servingApi, stateRunning } from '../../projections/http/support/serving-api.ts';
import type { DockerEngine } from '../../support/docker/docker-cli.ts';
import { dockerEngine } from '../../support/docker/engine.ts';
import { outsideHost } from '../../support/docker/outside-host.ts';
import { history } from '../../support/history.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { bashSpec, linesOf, started, text, untilLine } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

const engine = await dockerEngine();

/** What a program that runs as an agent says of where it is. */
async function said(
  t: ExecutionContext,
  on: DockerEngine,
  program: string,
  own: Partial<ContainerSettings> = {},
): Promise<string[]> {
  const { runtime } = await dockerRuntime(t, on, own);
  return (await linesOf(await started(runtime, bashSpec(program)))).map(text);
}

/** As `ok` or `no`: may this be done? */
const may = (command: string): string =>
  `if (${command}) 2>/dev/null; then echo ok; else echo no; fi`;

/** A network of the test's own, gone with it. */
async function network(t: ExecutionContext, on: DockerEngine, internet: boolean) {
  const name = derivedId('orchestrator-test-', newAgentId());
  const docker = engineClient(on.host);
  const { gateway = '' } = await ensureAgentNetwork(docker, { name, internet });
  t.teardown(() => docker.getNetwork(name).remove());
  return { name, gateway };
}

/** Something of this machine that listens at an address; its port. */
async function listener(t: ExecutionContext, host: string): Promise<number> {
  const server = createServer((socket) => socket.end('hello\n'));
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const reach = (host: string, port: number): string =>
  may(`timeout 5 bash -c 'read -r _ </dev/tcp/${host}/${port}'`);

function hardening(on: DockerEngine): void {
  test('an agent is no root and can become none: no capability, no new privileges', async (t) => {
    const program = `id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | tr -s '\\t ' ' '`;
    t.deepEqual(await said(t, on, program), [
      '1000',
      'CapEff: 0000000000000000',
      'CapBnd: 0000000000000000',
      'NoNewPrivs: 1',
    ]);
  });

  test('an agent writes into its home and /tmp, and nowhere else', async (t) => {
    const program = ['$HOME/x', '$HOME/workspace/x', '/tmp/x', '/usr/local/bin/x', '/etc/x', '/x']
      .map((file) => may(`: > "${file}"`))
      .join('; ');
    const environment = { HOME: '/home/agent', PATH: '/usr/bin:/bin' };
    const { runtime } = await dockerRuntime(t, on);
    const process = await started(runtime, bashSpec(program, { environment }));
    t.deepEqual((await linesOf(process)).map(text), ['ok', 'ok', 'ok', 'no', 'no', 'no']);
  });

  test('F12: a link that comes between the look and the write leads nowhere out of the container', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const outside = await temporaryFolder(t);
    const up = '../'.repeat(20);
    const program = `ln -s ${outside} out; ln -s ${up}${outside.slice(1)} up; ln -s ${up} root; ln -s .. in; echo ready; read -r _`;
    const spec = bashSpec(program);
    await untilLine(await started(runtime, spec), 'ready');
    const container = docker.getContainer(spec.agentId);
    const put = (name: string) =>
      putEntries(container, HOME, [
        { type: 'file', name: `workspace/${name}`, uid: AGENT_UID, mode: 0o644, content: 'x' },
      ]);

    // As the engine does it, whatever was looked at before.
    await Promise.allSettled([put('out/x'), put('up/x'), put(`root${outside}/x`)]);
    await put('in/followed');

    t.deepEqual(await readdir(outside), []);
    t.is(await whatIsAt(container, `${HOME}/followed`), 'file');
  });

  test('an agent finds no socket of the engine', async (t) => {
    const program = may('find / -xdev -name docker.sock 2>/dev/null | grep -q .');
    t.deepEqual(await said(t, on, program), ['no']);
  });

  test('an agent cannot have more processes than it may', async (t) => {
    const limits = { memoryBytes: 2 ** 28, pids: 40, cpus: 1, tmpBytes: 2 ** 20 };
    const { runtime } = await dockerRuntime(t, on, { limits });
    // Not bash, which tries again for half a minute.
    const errors = async (count: number) => {
      const program = `i=0; while [ $i -lt ${count} ]; do sleep 1000 & i=$((i + 1)); done; kill -9 0`;
      const command = ['sh', '-c', program] as const;
      const process = await started(runtime, bashSpec('', { command }));
      return (await linesOf(process, 'stderr')).map(text).join('\n');
    };
    t.is(await errors(10), '');
    t.regex(await errors(100), /Cannot fork/);
  });

  test('an agent that takes more memory than it may is ended, and that is told', async (t) => {
    const limits = { memoryBytes: 2 ** 25, pids: 64, cpus: 1, tmpBytes: 2 ** 20 };
    const { runtime } = await dockerRuntime(t, on, { limits });
    const greedy = bashSpec(
      `exec node -e 'const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1))'`,
    );
    const process = await started(runtime, greedy);
    t.like(await process.exited, { signal: 'SIGKILL', outOfMemory: true });
  });

  test('/tmp has an end', async (t) => {
    const limits = { memoryBytes: 2 ** 28, pids: 64, cpus: 1, tmpBytes: 2 ** 20 };
    const program = [500_000, 5_000_000]
      .map((bytes) => may(`head -c ${bytes} /dev/zero > /tmp/x`))
      .join('; ');
    t.deepEqual(await said(t, on, program, { limits }), ['ok', 'no']);
  });

  test('a secret is a file that the agent reads and cannot change', async (t) => {
    const { runtime } = await dockerRuntime(t, on);
    const files = [{ path: 'agent.creds', content: 'the secret\n', secret: true }];
    const { secrets } = runtime.places(newAgentId());
    const file = `${secrets}/agent.creds`;
    const program = `cat ${file}; ${may(`echo x > ${file}`)}; ${may(`rm -f ${file}`)}; ${may(`echo x > ${secrets}/other`)}; read -r _; cat ${file}`;
    const process = await started(runtime, bashSpec(program, { files }));
    await untilLine(process, 'no');
    await process.replaceFile({ path: 'agent.creds', content: 'another\n', secret: true });
    await process.write('go', Buffer.from('go\n'));
    t.deepEqual((await linesOf(process)).map(text), ['the secret', 'no', 'no', 'no', 'another']);
  });

  test('nobody who inspects a container learns its secrets or its environment', async (t) => {
    const { runtime, docker } = await dockerRuntime(t, on);
    const files = [{ path: 'agent.creds', content: 'planted-in-a-file', secret: true }];
    const environment = { PATH: '/usr/bin:/bin', API_KEY: 'planted-in-a-variable' };
    const spec = bashSpec('echo "$API_KEY"; read -r _', { files, environment });
    const process = await started(runtime, spec);
    await untilLine(process, 'planted-in-a-variable');
    for (const name of [spec.agentId, `${spec.agentId}-mailbox`]) {
      const container = docker.getContainer(name);
      t.notRegex(JSON.stringify(await container.inspect()), /planted/);
    }
    const { Processes } = await docker.getContainer(spec.agentId).top();
    t.true(Processes.length > 1);
    t.notRegex(JSON.stringify(Processes), /planted/);
  });

  test('an agent that may not reach the outside reaches its gateway alone', async (t) => {
    const outside = await outsideHost(t);
    for (const internet of [true, false]) {
      const { name, gateway } = await network(t, on, internet);
      const own = await listener(t, gateway);
      const program = `${reach(gateway, own)}; ${reach(outside.address, outside.port)}`;
      const expected = ['ok', internet ? 'ok' : 'no'];
      t.deepEqual(await said(t, on, program, { network: name }), expected, `internet: ${internet}`);
    }
  });

  test('an agent whose container reaches the API and not NATS answers by the API, and says in one line when it reaches neither', async (t) => {
    const { name, gateway } = await network(t, on, false);
    // On loopback, which the container has one of its own of.
    const nats = await startTestNats(t);
    const { url } = await servingApi(t, nats, { host: gateway, token: 'of an operator' });
    const agentId = newAgentId();
    await stateRunning(nats, agentId);
    const { runtime } = await dockerRuntime(t, on, { network: name });
    const { secrets, searchPath, home } = runtime.places(agentId);
    const expiresAt = new Date(Date.now() + 3_600_000);
    const content = await mintAgentCredentials(nats.agentsSeed, { agentId, expiresAt });
    const answer = (text: string) => `orchestrator answer ${text} --timeout 10s`;
    const away = `ORCHESTRATOR_API_URL=http://${gateway}:1 ${answer('lost')}`;
    const program = `${answer('kept')} 2>/dev/null; echo $?; ${away} 2>&1; echo $?`;
    const process = await started(
      runtime,
      bashSpec(program, {
        agentId,
        files: [{ path: 'agent.creds', content, secret: true }],
        environment: {
          PATH: searchPath,
          HOME: home,
          ORCHESTRATOR_AGENT_ID: agentId,
          ORCHESTRATOR_NATS_URL: nats.url,
          ORCHESTRATOR_API_URL: url,
          ORCHESTRATOR_CREDS: `${secrets}/agent.creds`,
        },
      }),
    );
    const [code, call = '', failure = '', failed, ...more] = (await linesOf(process)).map(text);
    t.is(code, '0', [code, call, failure, failed, ...more].join('\n'));
    t.regex(call, /TOOL_CALL: answer/);
    t.true(failure.includes('ORC_NOT_REACHABLE') && failure.includes(`${gateway}:1`), failure);
    t.is(failed, '1');
    t.deepEqual(more, []);
    const said = await history(nats.log, `agents.${agentId}.response.>`);
    t.deepEqual(
      said.map(({ data }) => data),
      [{ text: 'kept' }],
    );
  });

  test('an agent does not reach another', async (t) => {
    const { name } = await network(t, on, true);
    const { runtime, docker } = await dockerRuntime(t, on, { network: name });
    const serve = `require('node:net').createServer((s) => s.end('hello\\n')).listen(7000, () => console.log('ready'))`;
    const served = bashSpec(`exec node -e "${serve}"`);
    const server = await started(runtime, served);
    await untilLine(server, 'ready');
    const { NetworkSettings } = await docker.getContainer(served.agentId).inspect();
    const address = NetworkSettings.Networks[name]?.IPAddress ?? '';
    t.regex(address, /^\d+\./);
    const program = reach(address, 7000);
    const own = await started(runtime, bashSpec(program));
    t.deepEqual((await linesOf(own)).map(text), ['no']);
    t.deepEqual(await reachedFromHere(address), 'hello\n');
    await server.signal('SIGKILL');
  });

  test('a network of ours that is not as the settings want it is refused in one line', async (t) => {
    const { name } = await network(t, on, false);
    const docker = engineClient(on.host);
    const error = await t.throwsAsync(ensureAgentNetwork(docker, { name, internet: true }));
    t.regex(error?.message ?? '', new RegExp(`${name} is there already and does not reach`));
    await t.notThrowsAsync(ensureAgentNetwork(docker, { name, internet: false }));
  });
}

/** The machine itself does: what keeps another agent from it is the network. */
async function reachedFromHere(address: string): Promise<string> {
  return allOf(connect(7000, address));
}

if (engine) hardening(engine);
else test('the hardening of containers', (t) => t.pass('skipped: no Docker engine'));
