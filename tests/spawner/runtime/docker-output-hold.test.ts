import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { AgentProcess } from '../../../spawner/runtime/runtime.ts';
import { type DockerEngine, docker } from '../../support/docker/docker-cli.ts';
import { dockerEngine, settled } from '../../support/docker/engine.ts';
import { processes } from '../../support/process-tree.ts';
import { bashSpec, started } from './conformance.ts';
import { dockerRuntime } from './docker-under-test.ts';

// Row C3 (docs/decisions/0080-a-container-waits-for-its-reader.md); tests/spawner/runtime/docker-daemon.test.ts
// takes the engine away.

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;
const LONG_MS = 600_000;

async function agent(t: ExecutionContext, outputHoldMs: number, script: string) {
  const { runtime } = await dockerRuntime(t, theEngine(), { outputHoldMs });
  return started(runtime, bashSpec(script));
}

function theEngine(): DockerEngine {
  if (engine === undefined) throw new Error('only tests with an engine come here');
  return engine;
}

async function lines(process: AgentProcess, stream: 'stdout' | 'stderr'): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of process.readLog(stream, undefined, new AbortController().signal)) {
    all.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
  return all;
}

withDocker(
  'C3: an agent ends as soon as both outputs are read, and its last words are its own',
  async (t) => {
    const script = `echo one; echo; printf 'no end'; printf '%070000d' 7 >&2; exit 7`;
    const process = await agent(t, LONG_MS, script);
    const [stdout, stderr] = await Promise.all([
      lines(process, 'stdout'),
      lines(process, 'stderr'),
    ]);
    t.deepEqual(await process.exited, { code: 7, signal: null });
    t.deepEqual(stdout, ['one', '', 'no end']);
    t.is(stderr.join(''), '7'.padStart(70_000, '0'));
  },
);

withDocker(
  'C3: an agent whose output nobody reads ends a little later; all of it is there',
  async (t) => {
    const process = await agent(t, 1_000, 'echo one; exit 7');
    t.deepEqual(await process.exited, { code: 7, signal: null });
    t.deepEqual(await lines(process, 'stdout'), ['one']);
    t.deepEqual(await lines(process, 'stdout'), ['one'], 'also for the next reader');
    t.deepEqual(await lines(process, 'stderr'), []);
  },
);

withDocker(
  'C3: what an agent has left running ends with it, though its output is not read',
  async (t) => {
    const mark = randomUUID();
    const process = await agent(
      t,
      LONG_MS,
      `setsid bash -c ': ${mark}; while sleep 0.1; do echo more; done' & sleep 1; exit 7`,
    );
    const printed = () => docker(theEngine(), ['logs', process.agentId]);
    t.true(await settled(async () => (await printed()).includes('more'), 20_000));
    const isAlive = ({ command }: { command: string }) =>
      command.includes(mark) && !command.includes('agent-entry');
    t.true(await settled(async () => !processes().some(isAlive), 20_000));
    const format = '{{.State.Running}}';
    t.is(
      (await docker(theEngine(), ['inspect', '--format', format, process.agentId])).trim(),
      'true',
    );
  },
);

withDocker(
  'C3: `docker stop` of one that waits for its reader tells how its agent ended',
  async (t) => {
    const process = await agent(
      t,
      LONG_MS,
      'trap "exit 7" TERM; echo ready; while :; do read -rt 1 _; done',
    );
    for await (const [first] of process.readLog(
      'stdout',
      undefined,
      new AbortController().signal,
    )) {
      if (first !== undefined) break;
    }
    await docker(theEngine(), ['stop', process.agentId]);
    t.deepEqual(await process.exited, { code: 7, signal: null });
  },
);
