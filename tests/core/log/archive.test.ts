import test, { type ExecutionContext } from 'ava';
import { ARCHIVE_STREAM } from '../../../core/log/archive-bucket.ts';
import { archiveCatalogue } from '../../../core/log/archive-catalogue.ts';
import { readSegment } from '../../../core/log/archived-segment.ts';
import { archiveEvents } from '../../../core/log/event-archiver.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import type { ReadOptions } from '../../../core/log/read.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { archiveAll, everything, recordsOf, seenOf } from '../../support/archive-events.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { rawPublisher } from '../../support/raw-publisher.ts';
import { AGENT, collect, message } from './events.ts';

const OTHER = 'agent-ba9876543210';
const ARCHIVED = 'streams.EVENTS.archived';
const BEGIN = { stream: 'EVENTS', from: { sequence: 1 } } as const;

/** So many messages to two agents by turns, of a few hundred bytes each. */
async function fill({ log }: Pick<TestNats, 'log'>, count: number, prefix = 'm'): Promise<void> {
  for (let at = 0; at < count; at += 100) {
    const some = Array.from({ length: Math.min(100, count - at) }, (_, index) =>
      message(`${prefix}-${at + index}`, 'x'.repeat(200), index % 2 ? OTHER : AGENT),
    );
    const result = await log.append(some);
    if (!result.ok) throw new Error(result.error);
  }
}

const firstSequence = async ({ connection }: TestNats): Promise<number> =>
  (await (await connection.jsm()).streams.info('EVENTS')).state.first_seq;

const sequences = async (log: EventLog, more: Partial<ReadOptions> = {}) =>
  (await collect(log.read({ ...BEGIN, ...more }))).map(({ sequence }) => sequence);

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Pieces of files in the bucket, by the names under which they stand. */
async function chunkNames({ connection }: TestNats): Promise<string[]> {
  const filter = { subjects_filter: '$O.EVENTS_ARCHIVE.C.>' };
  const { state } = await (await connection.jsm()).streams.info(ARCHIVE_STREAM, filter);
  return Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').at(-1) ?? '');
}

/** The archive is whole: each event once, nothing in the bucket that is not of it, all of it stated once. */
async function assertWhole(t: ExecutionContext, nats: TestNats, count: number): Promise<void> {
  const { connection } = nats;
  const log = new EventLog(await nats.connect());
  const read = await collect(log.read(BEGIN));
  const others = read.filter(({ subject }) => subject !== ARCHIVED);
  t.deepEqual(
    others.map((each) => each.header('ce-id')),
    upTo(count).map((nth) => `m-${nth - 1}`),
  );
  t.true(read.every(({ sequence }, index) => sequence === index + 1));
  const { segments } = await archiveCatalogue(connection.nc);
  const stated = read.flatMap((each) => {
    const parsed = parseEvent(each);
    return parsed.kind === 'event' && parsed.event.type === 'log.archived'
      ? [parsed.event.data]
      : [];
  });
  t.deepEqual(
    stated,
    segments.map(({ from, to, events, bytes, sha256, name: object }) => ({
      from,
      to,
      events,
      bytes,
      sha256,
      object,
    })),
  );
  t.deepEqual((await chunkNames(nats)).sort(), segments.map(({ nuid }) => nuid).sort());
  t.is(await firstSequence(nats), (segments.at(-1)?.to ?? 0) + 1);
}

test('what is archived leaves EVENTS, and is read byte for byte as it stood there', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  await fill(nats, 150);
  const raw = await rawPublisher(t, nats);
  const odd = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x0d, 0x0a, 0x80]);
  const head = Buffer.from('NATS/1.0\r\nce-id: odd\r\nX-Odd: \xff\xfe\r\n\r\n', 'latin1');
  raw.publish(`agents.${AGENT}.command.send`, head, odd);
  raw.publish(`agents.${AGENT}.command.send`, 'NATS/1.0\r\nx-odd: ä\r\n\r\n', '\ufeff{"a":1}');
  await raw.flush();
  const before = await recordsOf(log, 152);
  const seen = (await collect(log.read(BEGIN))).map(seenOf);
  t.is(seen.length, 152);

  const made = await archiveAll(connection);
  t.true(made.length > 2, 'several files');
  t.is(await firstSequence(nats), 153);
  t.deepEqual((await collect(log.read({ ...BEGIN, until: 152 }))).map(seenOf), seen);
  const archived = await Promise.all(made.map((each) => readSegment(connection.nc, each)));
  t.deepEqual(archived.flat(), before);
});

test('a read gives the same before and after, whatever it begins with and selects', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  await fill(nats, 300);
  const times = (await collect(log.read(BEGIN))).map(({ time }) => time);
  const filter = `agents.${AGENT}.>`;
  const reads: Partial<ReadOptions>[] = [
    {},
    { filter },
    { filter: 'users.>' },
    { filter: [filter, 'users.>'] },
    { from: { sequence: 120 }, filter: `agents.${OTHER}.command.*` },
    { from: { sequence: 20 }, until: 30 },
    { from: { time: times[140] ?? new Date() } },
    { from: { time: times[140] ?? new Date() }, filter },
    { from: { time: new Date(0) } },
  ];
  const all = () =>
    Promise.all(reads.map(async (options) => sequences(log, { until: 300, ...options })));
  const before = await all();
  await archiveAll(connection);
  await fill(nats, 10, 'n');
  t.deepEqual(await all(), before);
  t.deepEqual(
    await sequences(log, { filter: 'agents.*.command.send', from: { sequence: 290 } }),
    (await sequences(log, { from: { sequence: 290 } }))
      .filter((each) => each <= 300)
      .concat((await sequences(log)).slice(-10)),
  );
  t.deepEqual(await sequences(log, { from: { time: new Date(Date.now() + 60_000) } }), []);
});

for (const filter of [undefined, `agents.${OTHER}.>`]) {
  test(`a read of ${filter ?? 'all'} that the archive overtakes goes on in the archive`, async (t) => {
    const nats = await startTestNats(t);
    const log = new EventLog(await nats.connect());
    // More than a session has in flight, so that the server passes by what leaves EVENTS meanwhile.
    await fill(nats, 6_000);
    const archived = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const seen: number[] = [];
    const read = async () => {
      for await (const { sequence } of log.read({ ...BEGIN, until: 6_000, filter })) {
        seen.push(sequence);
        begun.resolve();
        await archived.promise;
      }
    };
    let reading = Promise.resolve();
    // The archiver has looked at the consumers when the reader begins.
    const progress = async (step: string) => {
      if (step === 'written') reading = read();
      await begun.promise;
    };
    const options = { segmentBytes: Number.POSITIVE_INFINITY, progress };
    t.is((await archiveAll(nats.connection, options)).length, 1);
    t.is(await firstSequence(nats), 6_001);
    archived.resolve();
    await reading;
    t.deepEqual(
      seen,
      upTo(6_000).filter((nth) => filter === undefined || nth % 2 === 0),
    );
  });
}

test('a follower that replays while all is archived misses nothing and goes on live', async (t) => {
  const nats = await startTestNats(t);
  const { connection, log } = nats;
  await fill(nats, 200);
  const seen: number[] = [];
  let caught = 0;
  for await (const { messages, caughtUp } of log.follow(BEGIN)) {
    seen.push(...messages.map(({ sequence }) => sequence));
    if (!caughtUp) continue;
    caught += 1;
    if (caught === 1) await archiveAll(connection);
    if (caught === 1) await log.append(message('live'));
    if (seen.length > 200 && (await log.lastSequence('EVENTS')) === seen.at(-1)) break;
  }
  t.deepEqual(seen, upTo(seen.length));
});

test('the last, the first and the message at a place are found in the archive', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  await fill(nats, 200);
  await archiveAll(connection);
  await log.append(message('new', 'x', OTHER));
  const newest = await log.lastSequence('EVENTS');
  t.is((await log.last('EVENTS', `agents.${AGENT}.>`))?.header('ce-id'), 'm-198');
  t.is((await log.last('EVENTS', `agents.${OTHER}.>`))?.sequence, newest);
  t.is((await log.first('EVENTS', `agents.${OTHER}.command.send`))?.sequence, 2);
  t.is(await log.last('EVENTS', 'users.>'), undefined);
  t.is(await log.first('EVENTS', 'users.telegram.1.allowed'), undefined);
  t.is((await log.at('EVENTS', 17))?.header('ce-id'), 'm-16');
  t.is((await log.at('EVENTS', newest))?.header('ce-id'), 'new');
  t.is(await log.at('EVENTS', newest + 1), undefined);
});

test('an expectation counts with what is archived', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  await fill(nats, 120);
  await archiveAll(connection);
  const filter = `agents.${AGENT}.>`;
  const append = async (id: string, sequence: number) => {
    const result = await log.append([message(id), message(`${id}+`)], {
      expect: { filter, sequence },
    });
    return result.ok ? 'ok' : result.error;
  };
  t.is(await append('none', 0), 'conflict', 'there are events, though not in EVENTS');
  t.is(await append('old', 117), 'conflict', 'not the last');
  t.is(await append('other', 120), 'conflict', 'of another agent');
  t.is(await append('last', 119), 'ok');
  t.is(await append('again', 119), 'conflict', 'there is a later one in EVENTS');
  const last = (await log.last('EVENTS', filter))?.sequence ?? 0;
  t.is(await append('next', last), 'ok');
});

test('what was stored once is not stored again when it is archived', async (t) => {
  const nats = await startTestNats(t);
  const { log, connection } = nats;
  const once = message('once');
  t.like(await log.appendOnce(once), { ok: true, duplicate: false });
  await fill(nats, 50);
  await archiveAll(connection);
  t.like(await log.appendOnce(once), { ok: true, duplicate: true, sequence: 1 });
  // Within the duplicate window of the server, too.
  t.like(await log.append(message('m-3', 'x'.repeat(200), OTHER)), { ok: true, duplicate: true });
  t.like(await log.append(message('m-3', 'other', OTHER)), { ok: false, error: 'id-taken' });
});

for (const step of ['written', 'visible', 'stated', 'removed'] as const) {
  test(`an archiver that ends when a file is ${step} is gone on with by the next`, async (t) => {
    const nats = await startTestNats(t);
    await fill(nats, 200);
    for (let nth = 1; nth <= 2; nth += 1) {
      let count = 0;
      const progress = (done: string) => {
        count += done === step ? 1 : 0;
        if (count === nth) throw new Error('ended');
      };
      const segmentBytes = 30_000;
      const connection = await nats.connect();
      const ended = archiveAll(connection, { progress, segmentBytes });
      if (step === 'removed' && nth === 2) await ended;
      else await t.throwsAsync(ended, { message: 'ended' });
    }
    await archiveAll(nats.connection);
    await assertWhole(t, nats, 200);
  });
}

test('several archivers at the same time archive everything once', async (t) => {
  const nats = await startTestNats(t);
  await fill(nats, 600);
  const connections = await Promise.all([nats.connect(), nats.connect(), nats.connect()]);
  await Promise.all(
    connections.map((connection, index) =>
      archiveAll(connection, { segmentBytes: 20_000 + 1_000 * index }),
    ),
  );
  await assertWhole(t, nats, 600);
});

test('what a consumer has not had stays in EVENTS', async (t) => {
  const nats = await startTestNats(t);
  const { connection } = nats;
  await fill(nats, 100);
  const jsm = await connection.jsm();
  const filter_subject = `agents.${OTHER}.>`;
  await jsm.consumers.add('EVENTS', {
    durable_name: 'slow',
    filter_subject,
    ack_policy: 'explicit',
  });
  t.deepEqual(await archiveAll(connection), []);
  await jsm.consumers.delete('EVENTS', 'slow');
  await jsm.consumers.add('EVENTS', {
    durable_name: 'done',
    filter_subject: 'users.>',
    ack_policy: 'explicit',
  });
  t.is((await archiveAll(connection)).at(-1)?.to, 100);
});

test('what is young is not archived, whatever is asked for, and what fills no file waits', async (t) => {
  const nats = await startTestNats(t);
  const { connection, log } = nats;
  await fill(nats, 100);
  const { before, source } = everything();
  t.deepEqual(await archiveEvents(connection, { before, source }), []);
  const old = (await archiveAll(connection, { fillMs: 7_200_000 })).at(-1)?.to ?? 0;
  t.true(old < 100 && old > 0, 'full files alone');
  const last = await log.lastSequence('EVENTS');
  t.is((await archiveAll(connection)).at(-1)?.to, last);
});

test('a reader is told where what was archived is missing or damaged', async (t) => {
  const nats = await startTestNats(t);
  await fill(nats, 200);
  await archiveAll(nats.connection);
  const lost = { code: 'ORC_ARCHIVE' };
  const reader = async () => sequences(new EventLog(await nats.connect()));
  const jsm = await nats.connection.jsm();
  const { segments } = await archiveCatalogue(nats.connection.nc);
  await jsm.streams.purge(ARCHIVE_STREAM, { filter: `$O.EVENTS_ARCHIVE.C.${segments[1]?.nuid}` });
  await t.throwsAsync(reader(), lost, 'the bytes of one file');
  const info = Buffer.from(segments[1]?.name ?? '').toString('base64url');
  await jsm.streams.purge(ARCHIVE_STREAM, { filter: `$O.EVENTS_ARCHIVE.M.${info}` });
  await t.throwsAsync(reader(), lost, 'one file');
  await jsm.streams.delete(ARCHIVE_STREAM);
  await t.throwsAsync(reader(), lost, 'all of it');
});

test('of a log that was made anew the archive of the old one is no part', async (t) => {
  const nats = await startTestNats(t);
  await fill(nats, 200);
  await archiveAll(nats.connection);
  const jsm = await nats.connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  await jsm.streams.delete('EVENTS');
  await jsm.streams.add({ ...config, metadata: { 'orchestrator.id-key': 'another' } });
  const connection = await nats.connect();
  const anew = { connection, log: new EventLog(connection) };
  t.deepEqual(await sequences(anew.log), []);
  await fill(anew, 50, 'n');
  t.is((await archiveAll(connection)).at(-1)?.to, 50);
  t.is((await anew.log.at('EVENTS', 1))?.header('ce-id'), 'n-0');
});

test('an agent cannot read the archive', async (t) => {
  const nats = await startTestNats(t);
  await fill(nats, 100);
  await archiveAll(nats.connection);
  const agent = await nats.connectAgent(AGENT);
  const log = new EventLog(agent);
  await t.throwsAsync(log.at('EVENTS', 1));
  await t.throwsAsync(
    agent.nc.request(`$JS.API.STREAM.MSG.GET.${ARCHIVE_STREAM}`, '{"seq":1}', { timeout: 1_000 }),
  );
});
