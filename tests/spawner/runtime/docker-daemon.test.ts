import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { LogLine } from '../../../core/log/append-log.ts';
import type { AgentProcess } from '../../../spawner/runtime/runtime.ts';
import { settled } from '../../support/docker/engine.ts';
import { type PrivateEngine, privateEngine } from '../../support/docker/private-engine.ts';
import { processes } from '../../support/process-tree.ts';
import { bashSpec } from './conformance.ts';
import { testDockerRuntime } from './test-docker-runtime.ts';

const LAST_TICKS = 75;

/** Ticks to its end and says what it got; told to end, it ticks on for a little while. */
const AGENT = `
tick() { n=0; while [[ ! -e enough ]]; do n=$((n + 1)); echo "tick $n"; sleep 0.02; done; echo "$n" >ticked; }
tick & ticking=$!
while read -r line && [[ $line != end ]]; do echo "got $line" >&2; done
touch enough; wait "$ticking"
read -r n <ticked
echo "ending after tick $n"
for ((last = n + ${LAST_TICKS}; n < last; )); do n=$((n + 1)); echo "tick $n"; sleep 0.02; done
exit 7`;

const AWAY_MS = 1000;

/** Its end waits for as long as any engine is away here. */
const HELD = { network: 'host', outputHoldMs: 120_000 };
const LOST =
  '[the end of this output is lost: the Docker engine was away when the container ended]';

let engine: PrivateEngine | undefined;
const cleanUps: (() => Promise<void> | void)[] = [];

test.before('an engine', async () => {
  engine = await privateEngine({ teardown: (cleanUp) => cleanUps.push(cleanUp) });
});

test.after.always('its end', async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`C3: a process lives through ${signal} of the Docker daemon and a new one, and so does all that it prints`, async (t) => {
    t.timeout(300_000);
    if (engine === undefined) return t.log('skipped: no Docker engine of its own');
    const runtime = testDockerRuntime(engine.host, engine.image, HELD);
    const { script, isAlive } = marked(AGENT);
    const started = await runtime.start(bashSpec(script));
    if (!started.ok) throw new Error(started.reason);
    const { process } = started;
    const abort = new AbortController();
    t.teardown(() => {
      abort.abort();
      return process.detach();
    });
    const ticks = new Reader(process, 'stdout', abort.signal);
    const got = new Reader(process, 'stderr', abort.signal);

    await untilWritten(process, 'before', abort.signal);
    await got.lineWith('got before');
    await engine.stop(signal);
    const meanwhile = untilWritten(process, 'meanwhile', abort.signal);
    await delay(AWAY_MS);
    t.false(got.lines.includes('got meanwhile'));
    await engine.start();
    t.is(await meanwhile, 'written');
    t.is(await process.write('meanwhile', Buffer.from('meanwhile\n')), 'already-written');
    await got.lineWith('got meanwhile');

    await untilWritten(process, 'end', abort.signal);
    const ending = await ticks.lineWith('ending after tick ');
    await engine.stop(signal);
    t.true(await settled(async () => !isAlive(), 20_000), 'it has ended');
    t.true(existsSync(`/proc/${process.pid}`), 'its container waits for the engine');
    await engine.start();
    t.deepEqual(await process.exited, { code: 7, signal: null }, 'its exit is told');
    await Promise.all([ticks.ended, got.ended]);
    t.deepEqual(got.lines, ['got before', 'got meanwhile'], 'each message came once');
    const came = ticks.lines.filter((line) => line !== ending);
    const expected = came.map((_, index) => `tick ${index + 1}`);
    t.deepEqual(came, expected, 'its log has no gap and no repeat');
    const told = Number(ending.split(' ').at(-1));
    t.is(came.length, told + LAST_TICKS, 'nor is a line lost that came before its end');
    await process.remove();
  });
}

test('C3: what an agent printed last, its end with it, is told as lost where its container waited in vain', async (t) => {
  t.timeout(300_000);
  if (engine === undefined) return t.log('skipped: no Docker engine of its own');
  const runtime = testDockerRuntime(engine.host, engine.image, { ...HELD, outputHoldMs: 1000 });
  const started = await runtime.start(
    bashSpec('echo first; echo first >&2; read -r _; sleep 2; echo last; echo last >&2'),
  );
  if (!started.ok) throw new Error(started.reason);
  const { process } = started;
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const readers = () =>
    (['stdout', 'stderr'] as const).map((stream) => new Reader(process, stream, abort.signal));
  const [stdout, stderr] = readers();
  await Promise.all([stdout?.lineWith('first'), stderr?.lineWith('first')]);
  await untilWritten(process, 'go on', abort.signal);
  await engine.stop('SIGKILL');
  t.true(await settled(async () => !existsSync(`/proc/${process.pid}`), 20_000), 'it has ended');
  await engine.start();
  t.deepEqual(await process.exited, { code: 0, signal: null });
  for (const reader of [stdout, stderr, ...readers()]) {
    await reader?.ended;
    t.deepEqual(reader?.lines, ['first', LOST]);
  }
  // Whoever has read so far is not told again.
  const again = await read(process, 'stdout', abort.signal);
  t.deepEqual(await read(process, 'stdout', abort.signal, again.at(-1)?.position), []);
  await process.remove();
});

/** All lines behind a position of a process that has ended. */
async function read(
  process: AgentProcess,
  stream: 'stdout' | 'stderr',
  signal: AbortSignal,
  after?: string,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of process.readLog(stream, after, signal)) lines.push(...batch);
  return lines;
}

/** A script by whose text its process is found on this machine, whatever the engine does. */
function marked(script: string): { script: string; isAlive: () => boolean } {
  const mark = randomUUID();
  const isAlive = () =>
    processes().some(({ command }) => command.startsWith('bash -c') && command.includes(mark));
  return { script: `: ${mark}\n${script}`, isAlive };
}

/** As the agent's worker does it: again until it is done. */
async function untilWritten(
  process: AgentProcess,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    try {
      return await process.write(text, Buffer.from(`${text}\n`));
    } catch {
      await delay(100, undefined, { signal });
    }
  }
}

/** Reads one stream from its start to the end of the process. */
class Reader {
  readonly lines: string[] = [];
  readonly ended: Promise<void>;

  constructor(process: AgentProcess, stream: 'stdout' | 'stderr', signal: AbortSignal) {
    this.ended = this.#read(process, stream, signal);
  }

  /** Resolves with the first line that has it. */
  async lineWith(wanted: string): Promise<string> {
    const found = () => this.lines.find((line) => line.includes(wanted));
    await settled(async () => found() !== undefined, 60_000);
    const line = found();
    if (line !== undefined) return line;
    throw new Error(`${JSON.stringify(wanted)} did not come; there was ${this.lines.join(', ')}`);
  }

  async #read(process: AgentProcess, stream: 'stdout' | 'stderr', signal: AbortSignal) {
    for await (const batch of process.readLog(stream, undefined, signal)) {
      this.lines.push(...batch.map(({ bytes }) => Buffer.from(bytes).toString()));
    }
  }
}
