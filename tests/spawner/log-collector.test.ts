import { rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Health } from '../../platform/service/health.ts';
import { LogCollector } from '../../spawner/log-collector.ts';
import { OutputMarks } from '../../spawner/output-marks.ts';
import type { AgentProcess } from '../../spawner/runtime/runtime.ts';
import { settled } from '../support/docker/engine.ts';
import { logLines } from '../support/history.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { bashSpec, started } from './runtime/conformance.ts';
import { localRuntime } from './runtime/local-under-test.ts';

const ECHO = 'while read -r line; do echo "out $line"; echo "err $line" >&2; done';

/** A process whose stdout is a file that somebody has taken away. */
async function withoutStdout(t: ExecutionContext) {
  const { runtime, run } = await localRuntime(t);
  const spec = bashSpec(ECHO);
  const process = await started(runtime, spec);
  t.teardown(() => process.detach());
  const stdout = run(spec, 'stdout');
  await rename(stdout, `${stdout}.away`);
  const tell = (line: string) => process.write(line, Buffer.from(`${line}\n`));
  const giveBack = () => rename(`${stdout}.away`, stdout);
  return { process, tell, giveBack };
}

/** An agent that prints what it is told, and the broker that takes it. */
async function speaker(t: ExecutionContext, lastPatienceMs?: number) {
  const { runtime } = await localRuntime(t);
  const process = await started(runtime, bashSpec('while read -r line; do echo "$line"; done'));
  t.teardown(() => process.detach());
  const nats = await startTestNats(t);
  const { streams } = await nats.connection.jsm();
  const all = await collected(t, process, lastPatienceMs, nats);
  const tell = (line: string) => process.write(line.slice(0, 20), Buffer.from(`${line}\n`));
  return { ...all, process, nats, streams, tell };
}

/** What is collected of a process: how often its stdout was tried, what was complained of, what came. */
async function collected(
  t: ExecutionContext,
  process: AgentProcess,
  lastPatienceMs = 30_000,
  own?: TestNats,
) {
  const nats = own ?? (await startTestNats(t));
  const health = new Health();
  const complaints: string[] = [];
  const logger = pino({}, { write: (line) => complaints.push(line) });
  let tries = 0;
  const counted: AgentProcess = Object.create(process);
  counted.readLog = (stream, after, signal) => {
    if (stream === 'stdout') tries += 1;
    return process.readLog(stream, after, signal);
  };
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const marks = await OutputMarks.open(nats.connection, logger);
  const collector = new LogCollector({ log: nats.log, logger, health, marks, lastPatienceMs });
  const over = collector.collect(counted, abort.signal);
  over.catch(() => undefined);
  const printed = (stream: 'stdout' | 'stderr') => logLines(nats.log, process.agentId, stream);
  return {
    over,
    complaints,
    tries: () => tries,
    has: (stream: 'stdout' | 'stderr', line: string) =>
      settled(async () => (await printed(stream)).includes(line), 20_000),
    health: () => health.checks().find(({ name }) => name === 'output'),
  };
}

test('A3: a stream that cannot be read is tried again with pauses, says so, and keeps the other from nothing', async (t) => {
  const { process, tell, giveBack } = await withoutStdout(t);
  const all = await collected(t, process);
  await delay(1_500);
  t.true(all.tries() >= 2 && all.tries() <= 6, `${all.tries()} tries`);
  t.true(all.complaints.length <= 3, all.complaints.join(''));
  t.like(all.health(), { ok: false });
  t.regex(all.health()?.detail ?? '', /stdout cannot be read: ENOENT/);
  await tell('one');
  t.true(await all.has('stderr', 'err one'));

  await giveBack();
  t.true(await all.has('stdout', 'out one'));
  t.like(all.health(), { ok: true });
  await process.closeStdin();
  await all.over;
});

test('A3: an agent whose output is gone for good ends all the same', async (t) => {
  const { process, tell } = await withoutStdout(t);
  const all = await collected(t, process, 300);
  await tell('one');
  await process.closeStdin();
  await all.over;
  t.true(await all.has('stderr', 'err one'));
  t.regex(all.complaints.join(''), /the rest of an ended run’s output is lost/);
  t.like(all.health(), { ok: true });
});

test('a line that the broker refuses for good is said in its place, in health and in the system log, and the next ones go on', async (t) => {
  const { streams, tell, nats, process, over, ...all } = await speaker(t);
  const { config } = await streams.info('LOGS');
  await streams.update('LOGS', { ...config, max_msg_size: 1_000 });
  const long = (n: number) => `${n} ${'x'.repeat(3_000)}`;
  for (const line of ['one', long(2), 'three', long(4), 'five']) await tell(line);
  await process.closeStdin();
  await over;
  const printed = await logLines(nats.log, process.agentId);
  const said = /^\[a line of 3002 bytes is lost: The message has \d+ bytes/;
  t.deepEqual(
    printed.map((line) => (said.test(line) ? 'said' : line)),
    ['one', 'said', 'three', 'said', 'five'],
  );
  t.is(all.complaints.filter((line) => line.includes('a line of output is refused')).length, 2);
  t.like(all.health(), { ok: true, notable: true });
  t.regex(all.health()?.detail ?? '', /refused: 2, the last of agents\..*: The message has/);
});

test('a log that takes no line at all is said with pauses; an agent ends without it', async (t) => {
  const { streams, tell, process, over, ...all } = await speaker(t, 1_000);
  const { config } = await streams.info('LOGS');
  // The client's type of an update lacks it.
  const sealed = { ...config, sealed: true };
  await streams.update('LOGS', sealed);
  for (let n = 0; n < 100; n += 1) await tell(`line ${n}`);
  t.true(await settled(async () => all.health()?.ok === false, 20_000));
  t.regex(all.health()?.detail ?? '', /stdout cannot be stored: NATS refused .*sealed/);
  await process.closeStdin();
  await over;
  t.regex(all.complaints.at(-1) ?? '', /the rest of an ended run’s output is lost/);
  t.true(all.complaints.length <= 6, all.complaints.join(''));
});

test('a stream of output that is gone and made anew loses no line', async (t) => {
  const { streams, tell, nats, process, over, ...all } = await speaker(t);
  const { config } = await streams.info('LOGS');
  await streams.delete('LOGS');
  await tell('one');
  await tell('two');
  t.true(await settled(async () => all.health()?.ok === false, 20_000));
  t.regex(all.health()?.detail ?? '', /stdout cannot be stored/);
  await streams.add(config);
  await process.closeStdin();
  await over;
  t.deepEqual(await logLines(nats.log, process.agentId), ['one', 'two']);
  t.like(all.health(), { ok: true });
});

test('an agent whose stream of output is gone for good ends all the same', async (t) => {
  const { streams, tell, process, over, ...all } = await speaker(t, 300);
  await streams.delete('LOGS');
  await tell('one');
  await process.closeStdin();
  await over;
  t.regex(all.complaints.join(''), /the rest of an ended run’s output is lost/);
});

test('of two that collect one output, as where a spawner is taken for dead, each line is stored once', async (t) => {
  const { process: agent, nats, tell, has } = await speaker(t);
  const [looked, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // Has looked where the log stands before the other stores anything, and reads line by line.
  const slow: AgentProcess = Object.create(agent);
  slow.readLog = async function* (stream, after, signal) {
    looked.resolve();
    if (stream === 'stdout') await taken.promise;
    for await (const lines of agent.readLog(stream, after, signal)) {
      for (const line of lines) yield [line];
    }
  };
  const second = await collected(t, slow, undefined, nats);
  await looked.promise;
  for (const line of ['one', 'two', 'three']) await tell(line);
  t.true(await has('stdout', 'three'));
  taken.resolve();
  await tell('four');
  await agent.closeStdin();
  await second.over;
  t.deepEqual(await logLines(nats.log, agent.agentId), ['one', 'two', 'three', 'four']);
});

test('B5: what was stored and is forgotten by now is not stored again, dated today', async (t) => {
  const { runtime } = await localRuntime(t);
  const agent = await started(runtime, bashSpec(ECHO));
  t.teardown(() => agent.detach());
  const nats = await startTestNats(t);
  const logger = pino({ level: 'silent' });
  const tell = (line: string) => agent.write(line, Buffer.from(`${line}\n`));
  const printed = () => logLines(nats.log, agent.agentId);
  const collect = async () => {
    const abort = new AbortController();
    t.teardown(() => abort.abort());
    const marks = await OutputMarks.open(nats.connection, logger, 0);
    const collector = new LogCollector({ log: nats.log, logger, health: new Health(), marks });
    const over = collector.collect(agent, abort.signal);
    over.catch(() => undefined);
    return { over, marks, abort };
  };
  const first = await collect();
  await tell('one');
  await tell('two');
  const subject = `agents.${agent.agentId}.log.stdout`;
  const isNoted = async () => (await first.marks.read(subject))?.position === '16';
  t.true(await settled(isNoted, 20_000), 'both lines are noted');
  first.abort.abort();
  await t.throwsAsync(first.over);
  // As it is when their time is over.
  await (await nats.connection.jsm()).streams.purge('LOGS');

  const second = await collect();
  await tell('three');
  await agent.closeStdin();
  await second.over;
  t.deepEqual(await printed(), ['out three']);
  t.is(await second.marks.read(subject), undefined, 'a run that is over leaves no mark');
});
