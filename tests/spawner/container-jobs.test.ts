import test, { type ExecutionContext } from 'ava';
import type Docker from 'dockerode';
import { endEvents } from '../../core/domain/job/job-end-events.ts';
import { isOpen } from '../../core/domain/job/job-state.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { type ToolDeclaration, toolDeclaration } from '../../schemas/tool-declaration.ts';
import { putEntries } from '../../spawner/runtime/docker/archive.ts';
import { createAgent } from '../support/commands.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { history, ofType } from '../support/history.ts';
import { call, end, happened } from '../support/job-calls.ts';
import { startSpawner } from '../support/spawner.ts';
import { dockerRuntime, removeAgent } from './runtime/docker-under-test.ts';
import { testSettings } from './runtime/test-docker-runtime.ts';

const engine = await dockerEngine();

process.env.TEST_CONTAINER_KEY = 'a secret of nobody';

/** A tool whose program is a line of shell, in a container of its own. */
const contained = (script: string, own: Record<string, unknown> = {}): ToolDeclaration =>
  toolDeclaration.parse({
    name: 'ship',
    summary: 'Ships it.',
    input: { properties: { to: {} } },
    executor: {
      kind: 'command',
      command: ['bash', '-c', script],
      environment: ['TEST_CONTAINER_KEY'],
      container: {},
    },
    ...own,
  });

/** A file in the home of a job's container, for which its program waits. */
const seen = (container: Docker.Container) =>
  putEntries(container, '/home/agent', [
    { type: 'file', name: 'seen', uid: 1000, mode: 0o600, content: '' },
  ]);

function jobsInContainers(on: DockerEngine): void {
  const world = async (t: ExecutionContext, ...tools: ToolDeclaration[]) => {
    const { docker, image } = await dockerRuntime(t, on);
    const settings = { ...testSettings(image), system: 'test-jobs', outputHoldMs: 60_000 };
    const spawner = await startSpawner(t, {
      tools,
      stopGraceMs: 300,
      jobContainers: { docker, settings },
    });
    const agent = newAgentId();
    await createAgent(spawner.log, agent, 'while read -r line; do :; done');
    await spawner.event(agent, 'process.ready');
    const ask = async (input: object = { to: 'live' }, tool = 'ship') => {
      const { id } = await call(spawner, agent, `${tool}.run`, { input });
      t.teardown(() => removeAgent(docker, String(id)));
      return String(id);
    };
    /** What the engine has of a job. */
    const kept = async (id: string) => {
      const filters = { label: [`dev.orchestrator.agent=${id}`] };
      const containers = await docker.listContainers({ all: true, filters });
      const { Volumes } = await docker.listVolumes({ filters });
      return containers.length + (Volumes ?? []).length;
    };
    /** There is no event for what is taken away behind an end. */
    const nothingLeft = async (id: string) => {
      while ((await kept(id)) > 0) await docker.version();
    };
    return { spawner, agent, docker, ask, nothingLeft };
  };

  test('a program in a container gets its input, tells its progress beside its output, and leaves nothing', async (t) => {
    const script = `read -r input; echo "in $input $JOB_TO $(id -u)"; printf 'part' >&2
      echo '{"percent":50,"text":"half"}' >&3; echo no json >&3
      until [ -e "$HOME/seen" ]; do sleep 0.1; done; echo whole >&2
      echo "{\\"result\\":{\\"input\\":$input,\\"key\\":\${#TEST_CONTAINER_KEY}}}" >&3`;
    const { spawner, docker, ask, nothingLeft } = await world(t, contained(script));
    const id = await ask();
    t.like((await happened(spawner, id, 'job.progress')).data, { percent: 50, text: 'half' });
    const container = docker.getContainer(id);
    const { HostConfig, Config } = await container.inspect();
    t.false(JSON.stringify({ HostConfig, Config }).includes('secret of nobody'));
    t.like(HostConfig, { ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false });
    await seen(container);
    const ended = await end(spawner, id);
    t.deepEqual(ended.data, { result: { input: { to: 'live' }, key: 18 } });
    const lines: string[] = [];
    const range = { stream: 'LOGS', from: { sequence: 1 } } as const;
    for await (const { payload } of spawner.log.read({ ...range, filter: `jobs.${id}.log.*` })) {
      lines.push(Buffer.from(payload).toString());
    }
    t.deepEqual(lines.toSorted(), ['in {"to":"live"} live 1000', 'part', 'whole']);
    await nothingLeft(id);
  });

  test('a job in a container outlives its spawner, and its program runs once', async (t) => {
    const script = `echo begun; echo '{"text":"begun"}' >&3
      until [ -e "$HOME/seen" ]; do sleep 0.1; done; echo ended`;
    const { spawner, docker, ask, nothingLeft } = await world(t, contained(script));
    const id = await ask();
    await happened(spawner, id, 'job.progress');
    await spawner.stop();
    await seen(docker.getContainer(id));
    await spawner.start();
    t.deepEqual((await end(spawner, id)).data, {
      result: { exitCode: 0, output: 'begun\nended\n' },
    });
    const epochs = ofType(await history(spawner.log), 'job.accepted').map(({ data }) => data.epoch);
    t.deepEqual(epochs, [1, 2]);
    await nothingLeft(id);
  });

  test('a job whose container was taken away is interrupted, and not run again', async (t) => {
    const script = `echo '{"text":"begun"}' >&3; sleep 600`;
    const { spawner, docker, ask, nothingLeft } = await world(t, contained(script));
    const id = await ask();
    await happened(spawner, id, 'job.progress');
    await spawner.stop();
    await docker.getContainer(id).remove({ force: true });
    await spawner.start();
    t.like((await end(spawner, id)).data, { code: 'ORC_JOB_INTERRUPTED' });
    await nothingLeft(id);
    t.is(ofType(await history(spawner.log), 'job.progress').length, 1, 'it began once');
  });

  test('a program that fails in its container says how, with the last that it complained of', async (t) => {
    const { spawner, ask, nothingLeft } = await world(t, contained('echo "no host" >&2; exit 3'));
    const id = await ask();
    t.like((await end(spawner, id)).data, {
      code: 'ORC_JOB_FAILED',
      reason: 'exit code 3: no host',
    });
    await nothingLeft(id);
  });

  test('a cancel, a silence and a time that is over end the container, and nothing of it is left', async (t) => {
    const script = `trap '' TERM; n=0; while :; do
      [ "$JOB_TO" = long ] && echo "{\\"percent\\":$((n += 1))}" >&3; sleep 0.3; done`;
    const tools = [
      contained(script),
      contained(script, { name: 'silent', timeouts: { heartbeat: '3s' } }),
      contained(script, { name: 'long', timeouts: { heartbeat: '1m', total: '6s' } }),
    ];
    const { spawner, agent, ask, nothingLeft } = await world(t, ...tools);
    const cancelled = await ask({ to: 'cancel' });
    await happened(spawner, cancelled, 'job.accepted');
    await call(spawner, agent, 'job.cancel', { jobId: cancelled });
    const silent = await ask({ to: 'silent' }, 'silent');
    const long = await ask({ to: 'long' }, 'long');
    t.is((await end(spawner, cancelled)).type, 'job.cancelled');
    const reasonOf = async (id: string) =>
      String(Reflect.get((await end(spawner, id)).data, 'reason'));
    t.regex(await reasonOf(silent), /^no sign of life for 3 s/);
    t.regex(await reasonOf(long), /^it ran for more than 6 s/);
    for (const id of [cancelled, silent, long]) await nothingLeft(id);
  });

  test('an image that cannot be used is said, with its name', async (t) => {
    const container = { image: 'orchestrator-none:1' };
    const executor = { kind: 'command', command: ['true'], container };
    const { spawner, ask, nothingLeft } = await world(t, contained('true', { executor }));
    const id = await ask();
    const { data } = await end(spawner, id);
    t.like(data, { code: 'ORC_JOB_FAILED' });
    t.regex(
      String(Reflect.get(data, 'reason')),
      /orchestrator-none:1 is not there; docs\/tools\.md/,
    );
    await nothingLeft(id);
  });

  test('a job for which there is no room in time never has a container', async (t) => {
    const script = 'sleep 600';
    const tool = contained(script, { parallel: 1, timeouts: { accept: '2s' } });
    const { spawner, agent, docker, ask, nothingLeft } = await world(t, tool);
    const first = await ask({ to: 'one' });
    await happened(spawner, first, 'job.accepted');
    const late = await ask({ to: 'two' });
    t.like((await end(spawner, late)).data, { code: 'ORC_JOB_TIMED_OUT' });
    await t.throwsAsync(docker.getContainer(late).inspect(), { message: /no such container/i });
    await call(spawner, agent, 'job.cancel', { jobId: first });
    await nothingLeft(first);
  });

  test('what a job left with the engine whose end was stated by another is removed by the next spawner', async (t) => {
    const script = `echo '{"text":"begun"}' >&3; sleep 600`;
    const { spawner, ask, nothingLeft } = await world(t, contained(script));
    const id = await ask();
    await happened(spawner, id, 'job.progress');
    await spawner.stop();
    const job = await jobFromLog(spawner.log, id);
    if (job === undefined || !isOpen(job)) return t.fail();
    const over = { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason: 'of a test' } as const;
    await spawner.log.append(endEvents(job, over, undefined, new Date()));
    await spawner.start();
    await nothingLeft(id);
    t.pass();
  });
}

if (engine) jobsInContainers(engine);
else test('jobs in containers', (t) => t.pass('skipped: no Docker engine'));
