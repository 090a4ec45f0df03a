import test from 'ava';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, collect } from './events.ts';

const SUBJECT = `agents.${AGENT}.log.stdout`;
const OPTIONS = { runId: 'run-1', source: 'orchestrator/test', time: '2026-01-04T15:30:45.000Z' };

const line = (position: number, text = `line ${position}`, continued = false) => ({
  position: String(position),
  bytes: new TextEncoder().encode(text),
  continued,
});

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => line(from + index));

test('a log line is stored as its bytes, with where it came from as headers', async (t) => {
  const { log } = await startTestNats(t);
  const bytes = new Uint8Array([0xff, 0x00, 0x41]);
  const result = await log.appendLog(SUBJECT, [{ position: '7', bytes, continued: true }], {
    ...OPTIONS,
    expectedLast: 0,
  });
  t.deepEqual(result, { ok: true, sequence: 1, duplicate: false });
  const stored = await log.last('LOGS', SUBJECT);
  t.deepEqual([...(stored?.payload ?? [])], [...bytes]);
  t.is(stored?.header('ce-type'), 'log.stdout');
  t.is(stored?.header('ce-id'), 'run-1:stdout:7');
  t.is(stored?.header('ce-runid'), 'run-1');
  t.is(stored?.header('ce-position'), '7');
  t.is(stored?.header('ce-continued'), 'true');
});

test('more lines than a batch holds are stored in order', async (t) => {
  const { log } = await startTestNats(t, { limits: { logLines: 5_000 } });
  const result = await log.appendLog(SUBJECT, lines(1_234), { ...OPTIONS, expectedLast: 0 });
  t.like(result, { ok: true, sequence: 1_234 });
  const stored = await collect(log.read({ stream: 'LOGS', from: { sequence: 1 } }));
  t.true(stored.every((message, index) => message.header('ce-position') === String(index)));
});

test('lines of more than a megabyte in all are stored', async (t) => {
  const { log } = await startTestNats(t);
  const large = Array.from({ length: 30 }, (_, index) => line(index, 'x'.repeat(100_000)));
  const result = await log.appendLog(SUBJECT, large, { ...OPTIONS, expectedLast: 0 });
  t.like(result, { ok: true, sequence: 30 });
});

test('lines that another collector has stored already are a conflict, and nothing is stored', async (t) => {
  const { log } = await startTestNats(t);
  await log.appendLog(SUBJECT, lines(3), { ...OPTIONS, expectedLast: 0 });
  const repeat = await log.appendLog(SUBJECT, lines(3), { ...OPTIONS, expectedLast: 0 });
  t.like(repeat, { ok: false, error: 'conflict' });
  t.like(await log.appendLog(SUBJECT, lines(2, 3), { ...OPTIONS, expectedLast: 3 }), {
    ok: true,
    sequence: 5,
  });
});

test('the streams of one agent and the agents do not get into each other’s way', async (t) => {
  const { log } = await startTestNats(t);
  const other = SUBJECT.replace('stdout', 'stderr');
  await log.appendLog(SUBJECT, lines(3), { ...OPTIONS, expectedLast: 0 });
  t.like(await log.appendLog(other, lines(3), { ...OPTIONS, expectedLast: 0 }), { ok: true });
  t.is((await log.last('LOGS', other))?.header('ce-type'), 'log.stderr');
});

test('no lines are stored as none', async (t) => {
  const { log } = await startTestNats(t);
  const result = await log.appendLog(SUBJECT, [], { ...OPTIONS, expectedLast: 4 });
  t.deepEqual(result, { ok: true, sequence: 4, duplicate: false });
});
