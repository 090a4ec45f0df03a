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
import { startTestNats } from '../support/nats.ts';
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

/** What is collected of a process: how often its stdout was tried, what was complained of, what came. */
async function collected(t: ExecutionContext, process: AgentProcess, lastPatienceMs = 30_000) {
  const nats = await startTestNats(t);
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
