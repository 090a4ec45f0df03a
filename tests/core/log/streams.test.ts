import test from 'ava';
import { jobTimer } from '../../../core/domain/job/job-events.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { ensureStreams } from '../../../core/log/streams.ts';
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

test('an id is known again by another service, also after EVENTS was brought up to date', async (t) => {
  const { log, connection, connect } = await startTestNats(t);
  t.like(await log.append(message('m-1')), { ok: true, duplicate: false });
  await ensureStreams(connection, { ...OPTIONS, limits: { duplicateWindowMs: 200_000 } });
  const other = new EventLog(await connect());
  t.like(await other.append(message('m-1')), { ok: true, duplicate: true });
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
