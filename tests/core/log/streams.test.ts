import { nanos } from '@nats-io/transport-node';
import test from 'ava';
import { loadSettings } from '../../../agents/load-settings.ts';
import { jobTimer } from '../../../core/domain/job/job-events.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { ensureStreams, streamOptions } from '../../../core/log/streams.ts';
import { STREAM_SUBJECTS } from '../../../schemas/subjects.ts';
import { untilEvent } from '../../support/history.ts';
import { startTestNats } from '../../support/nats.ts';
import { message } from './events.ts';

const OPTIONS = { replicas: 1, storage: 'file' } as const;

test('the streams are made once and kept with what they hold', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append(message('answer-1'));
  await ensureStreams(connection, OPTIONS);
  const jsm = await connection.jsm();
  const names: string[] = [];
  for await (const name of jsm.streams.names()) names.push(name);
  t.deepEqual(names.sort(), Object.keys(STREAM_SUBJECTS).sort());
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('a changed limit is brought up to date', async (t) => {
  const { connection } = await startTestNats(t);
  const jsm = await connection.jsm();
  t.is((await jsm.streams.info('LOGS')).config.max_msgs_per_subject, 1_000);
  await ensureStreams(connection, { ...OPTIONS, limits: { logLines: 50 } });
  t.is((await jsm.streams.info('LOGS')).config.max_msgs_per_subject, 50);
});

test('what the settings say of how much is kept, and for how long, is what the streams have', async (t) => {
  const { connection } = await startTestNats(t);
  const settings = loadSettings({
    ORCHESTRATOR_LOGS_LINES: '7',
    ORCHESTRATOR_LOGS_AGE: '1h',
    ORCHESTRATOR_LOGS_BYTES: '1m',
    ORCHESTRATOR_FILES_AGE: '2h',
    ORCHESTRATOR_DLQ_AGE: '3h',
    ORCHESTRATOR_DLQ_BYTES: '2m',
    ORCHESTRATOR_IDS_AGE: '4h',
  });
  await ensureStreams(connection, { ...OPTIONS, limits: streamOptions(settings).limits });
  const jsm = await connection.jsm();
  const config = async (name: string) => (await jsm.streams.info(name)).config;
  const hours = (count: number) => nanos(count * 3_600_000);
  t.like(await config('LOGS'), {
    max_msgs_per_subject: 7,
    max_age: hours(1),
    max_bytes: 1024 ** 2,
  });
  t.like(await config('FILES'), { max_age: hours(2) });
  t.like(await config('EVENTS_DLQ'), { max_age: hours(3), max_bytes: 2 * 1024 ** 2 });
  t.like(await config('IDS'), { max_age: hours(4) });
  t.like(await config('EVENTS'), { max_age: 0, max_bytes: -1 });

  await ensureStreams(connection, { ...OPTIONS, limits: streamOptions(loadSettings({})).limits });
  t.like(await config('LOGS'), { max_msgs_per_subject: 1_000, max_bytes: -1 });
});

test('an id is known again by another service, also after EVENTS was brought up to date', async (t) => {
  const { log, connection, connect } = await startTestNats(t);
  t.like(await log.append(message('m-1')), { ok: true, duplicate: false });
  await ensureStreams(connection, { ...OPTIONS, limits: { duplicateWindowMs: 200_000 } });
  const other = new EventLog(await connect());
  t.like(await other.append(message('m-1')), { ok: true, duplicate: true });
});

test('more replicas than there are servers are refused, and the streams stay', async (t) => {
  const { connection, log } = await startTestNats(t);
  const error = await t.throwsAsync(ensureStreams(connection, { replicas: 3, storage: 'file' }));
  t.like(error, { code: 'ORC_REPLICAS' });
  t.like(await log.append(message('m-1')), { ok: true });
});

test('what is up to date is left alone', async (t) => {
  const { connection } = await startTestNats(t);
  const changes: string[] = [];
  connection.nc.subscribe('$JS.EVENT.ADVISORY.STREAM.*.>', {
    callback: (_, message) => {
      changes.push(message.subject);
    },
  });
  await ensureStreams(connection, OPTIONS);
  await connection.nc.flush();
  t.deepEqual(changes, []);
  await ensureStreams(connection, { ...OPTIONS, limits: { logLines: 50 } });
  await connection.nc.flush();
  t.deepEqual(changes, ['$JS.EVENT.ADVISORY.STREAM.UPDATED.LOGS']);
});

test('a log keeps the last lines of each agent and stream', async (t) => {
  const { log } = await startTestNats(t, { limits: { logLines: 10 } });
  const lines = Array.from({ length: 25 }, (_, index) => ({
    position: String(index),
    bytes: new Uint8Array([65]),
    continued: false,
  }));
  const options = { runId: 'r', source: 's', time: new Date().toISOString(), expectedLast: 0 };
  await log.appendLog('agents.agent-0123456789ab.log.stdout', lines, options);
  await log.appendLog('agents.agent-ba9876543210.log.stdout', lines.slice(0, 1), options);
  let kept = 0;
  for await (const _ of log.read({ stream: 'LOGS', from: { sequence: 1 } })) kept += 1;
  t.is(kept, 11);
});

test('a log of the old layout, which agents wrote into, is refused with the way out', async (t) => {
  const { connection } = await startTestNats(t);
  const jsm = await connection.jsm();
  await jsm.streams.delete('EVENTS');
  await jsm.streams.delete('TIMERS');
  const subjects = ['agents.*.command.*', 'schedules.>'];
  await jsm.streams.add({ name: 'EVENTS', subjects, allow_msg_schedules: true });
  const error = await t.throwsAsync(ensureStreams(connection, OPTIONS), { code: 'ORC_OLD_LAYOUT' });
  t.regex(String(Reflect.get(error ?? {}, 'cure')), /ORCHESTRATOR_DATA_DIR/);
});

test('a log in which EVENTS took all of jobs is brought up to date with what it holds', async (t) => {
  const { log, connection } = await startTestNats(t);
  const jsm = await connection.jsm();
  const timers = (await jsm.streams.info('TIMERS')).config;
  await jsm.streams.update('TIMERS', {
    ...timers,
    subjects: ['schedules.>', 'agents.*.timer.*'],
  });
  const logs = (await jsm.streams.info('LOGS')).config;
  await jsm.streams.update('LOGS', { ...logs, subjects: ['agents.*.log.*'] });
  const { config } = await jsm.streams.info('EVENTS');
  const older = config.subjects.map((subject) => (subject === 'jobs.*.*' ? 'jobs.>' : subject));
  const sources = [{ name: 'TIMERS', filter_subject: 'agents.*.timer.*' }, { name: 'SAID' }];
  await jsm.streams.update('EVENTS', { ...config, subjects: older, sources });
  await log.append(message('answer-1'));

  await ensureStreams(connection, OPTIONS);

  t.deepEqual((await jsm.streams.info('EVENTS')).config.subjects, [...STREAM_SUBJECTS.EVENTS]);
  t.deepEqual((await jsm.streams.info('TIMERS')).config.subjects, [...STREAM_SUBJECTS.TIMERS]);
  t.is(await log.lastSequence('EVENTS'), 1);
});

test('a timer of a job is an event of it when it is due', async (t) => {
  const { log } = await startTestNats(t);
  const now = new Date();
  const job = { jobId: 'job_1', createdBy: 'job.requested:job_1', timeouts: { totalMs: 1_000 } };
  t.like(await log.append(jobTimer(job, 'total', now)), { ok: true });
  const fired = await untilEvent(log, ({ type }) => type === 'job-timer.total');
  t.is(fired.subject, 'jobs.job_1.timer.total');
});
