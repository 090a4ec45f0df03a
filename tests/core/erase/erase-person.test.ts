import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import { initialSystem, type SystemState } from '../../../core/domain/system-state.ts';
import { type EraseStep, erasePerson } from '../../../core/erase/erase-person.ts';
import { erasureUnderWay } from '../../../core/erase/erasure-store.ts';
import { findPersonal } from '../../../core/erase/find-personal.ts';
import { stateErasure } from '../../../core/erase/state-erasure.ts';
import { ARCHIVE_STREAM } from '../../../core/log/archive-bucket.ts';
import { logIdentity } from '../../../core/log/archive-catalogue.ts';
import { standing } from '../../../core/log/erase-messages.ts';
import { requireNoErasure } from '../../../core/log/erasure-mark.ts';
import { StateMarks } from '../../../core/projection/state-marks.ts';
import { assertSealed } from '../../../core/seal/assert-sealed.ts';
import { ERASED } from '../../../core/seal/erased-places.ts';
import { makeReceipt } from '../../../core/seal/make-receipt.ts';
import { receiptText } from '../../../core/seal/receipt-text.ts';
import { sealLog } from '../../../core/seal/seal-log.ts';
import { keepSalts, readSeals } from '../../../core/seal/seal-store.ts';
import { verifySeals } from '../../../core/seal/verify-seals.ts';
import { verifyReceipt } from '../../../docs/verify-receipt.mjs';
import { archiveAll } from '../../support/archive-events.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { collect } from '../log/events.ts';
import { quiet } from '../projection/folded-log.ts';
import { inStreams } from './in-streams.ts';
import { ADA, BEN, TwoPeople } from './two-people.ts';

/** ADA’s texts that were archived before they are erased, those that were not, and BEN’s. */
const [HIDDEN, SECRET, OPEN] = ['HIDDEN', 'SECRET', 'OPEN'];

const DAY = 86_400_000_000_000;

const A1 = 'agent-0123456789ab';
const A2 = 'agent-0123456789ac';
const B1 = 'agent-ba9876543210';
const B2 = 'agent-ba9876543211';

/** A log of two people, some of it archived, all of it sealed. */
async function system(t: Parameters<typeof startTestNats>[0]) {
  const nats = await startTestNats(t);
  const people = new TwoPeople(nats.log);
  const kept = await people.life(B1, BEN, OPEN, 'p-ben');
  await people.life(A1, ADA, HIDDEN, 'p-ada');
  await sealLog(nats.connection, { most: 20 });
  await archiveAll(nats.connection, { segmentBytes: 8_000 });
  const young = await people.life(B2, BEN, OPEN);
  const gone = await people.life(A2, ADA, SECRET);
  await sealLog(nats.connection, { most: 20 });
  return { nats, kept, young, gone };
}

async function stateOf({ log }: TestNats): Promise<SystemState> {
  const state = initialSystem();
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } }))
    foldMessage(state, message);
  return state;
}

const lifeOf = ({ agents, users, projects, jobs }: SystemState) => ({
  agents: [B1, B2].map((id) => agents.get(id)),
  user: users.get('telegram/8450023456'),
  project: projects.get('p-ben'),
  jobs: [...jobs].filter(([id]) => id.includes('ba98765432')),
});

/** The files below a folder that have a text. */
async function inFiles(folder: string, text: string | Buffer): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

/** Of each file of the archive that has a text, some of its packed bytes. */
async function packedWith({ connection }: TestNats, text: string): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const { record } of standing(connection, ARCHIVE_STREAM, '$O.EVENTS_ARCHIVE.C.>')) {
    const { payload } = record?.() ?? { payload: Buffer.of() };
    if (gunzipSync(payload).includes(text)) chunks.push(payload.subarray(20, 84));
  }
  return chunks;
}

/** As a command does it, with a connection of its own; killed after a step where one is named. */
async function erase(nats: TestNats, until?: EraseStep): Promise<void> {
  const connection = await nats.connect();
  const begun = await erasureUnderWay(connection.nc);
  const { people, agents, jobs, projects, places } = await findPersonal(connection, ADA);
  await erasePerson({
    connection,
    erasure: begun ?? {
      id: 'erasure-1',
      people,
      agents,
      jobs,
      projects,
      places,
      begunAt: new Date().toISOString(),
    },
    isBegun: begun !== undefined,
    beside: async () => undefined,
    progress: (step) => {
      if (step === until) throw new Error(`killed at ${step}`);
    },
  });
}

/** Its connection goes in the midst of a step. */
async function cutOff(t: ExecutionContext, nats: TestNats, ms: number): Promise<void> {
  const connection = await nats.connect();
  const timer = setTimeout(() => void connection.nc.close(), ms);
  const begun = await erasureUnderWay((await nats.connect()).nc);
  if (begun === undefined) return t.fail();
  const beside = async () => {
    throw new Error('it has come so far');
  };
  await t.throwsAsync(erasePerson({ connection, erasure: begun, isBegun: true, beside }));
  clearTimeout(timer);
}

test('erased, a person is in no stream and no file, the others are as before, and the log holds', async (t) => {
  const { nats, kept, young, gone } = await system(t);
  const { connection, log } = nats;
  const before = await stateOf(nats);
  const receiptOfHers = await makeReceipt(log, gone, new Date());
  const packed = await packedWith(nats, HIDDEN);
  t.true(packed.length > 0, 'some of it is archived');
  const where = await inStreams(nats, SECRET);
  for (const stream of ['EVENTS', 'SAID', 'LOGS', 'FILES', 'EVENTS_DLQ', 'WORKED']) {
    t.true(
      where.some((each) => each.startsWith(`${stream} `)),
      stream,
    );
  }
  const { events } = await findPersonal(connection, ADA);
  const { history } = await log.identity('EVENTS');
  const marks = () => StateMarks.open(join(nats.dataDir, 'states'), { log, logger: quiet });
  await (await marks()).mark({ sequence: before.sequence, state: before });
  t.truthy(await (await marks()).nearest(before.sequence));

  await erase(nats);

  t.is(await (await marks()).nearest(before.sequence), undefined);
  await (await marks()).removeForeign();

  for (const text of [HIDDEN, SECRET, ADA.userId, A1, A2]) {
    t.deepEqual(await inStreams(nats, text), [], text);
  }
  t.deepEqual(lifeOf(await stateOf(nats)), lifeOf(before));
  const sealed = await verifySeals(connection);
  t.is(sealed.erased, events);
  t.is(sealed.through, await log.lastSequence('EVENTS'));
  t.not((await log.identity('EVENTS')).history, history, 'no checkpoint of before is gone on from');
  for (const message of [kept, young]) {
    const { receipt } = await makeReceipt(log, message, new Date());
    t.notThrows(() => verifyReceipt(Buffer.from(receiptText(receipt))));
  }
  const hers = Buffer.from(receiptText(receiptOfHers.receipt));
  t.notThrows(() => verifyReceipt(hers), 'whoever has a receipt keeps it');
  await t.throwsAsync(makeReceipt(log, gone, new Date()));
  t.is((await findPersonal(connection, ADA)).events, 0);

  await nats.kill();
  t.deepEqual(await inFiles(nats.dataDir, SECRET), []);
  for (const bytes of packed) t.deepEqual(await inFiles(nats.dataDir, bytes), []);
  // The server had let go of these by itself, when they were archived: docs/erase.md, "What stays".
  const left = [...(await inFiles(nats.dataDir, HIDDEN)), ...(await inFiles(nats.dataDir, A2))];
  t.deepEqual(
    left.filter((path) => !path.includes('/EVENTS/msgs/')),
    [],
  );
  await nats.restart();
  await connection.connected(30_000);
  t.is((await verifySeals(connection)).erased, events);
  t.deepEqual(await inStreams(nats, SECRET), [], 'nothing is taken from SAID once more');
});

test('killed after any step, the same once more comes to the same end, and nothing begins before', async (t) => {
  const { nats, kept } = await system(t);
  const { connection, log } = nats;
  const before = await stateOf(nats);
  const { events } = await findPersonal(connection, ADA);
  const steps = [
    'begun',
    'sealed',
    'stated',
    'salts',
    'said',
    'streams',
    'events',
    'archive',
  ] as const;
  for (const step of [...steps, 'beside' as const]) {
    await t.throwsAsync(erase(nats, step), { message: `killed at ${step}` });
    await t.throwsAsync(verifySeals(await nats.connect()), { code: 'ORC_ERASING' });
    await t.throwsAsync(requireNoErasure(connection.nc), { code: 'ORC_ERASING' });
  }
  await nats.kill();
  await nats.restart();
  await connection.connected(30_000);
  for (const ms of [2, 20, 80, 200]) await cutOff(t, nats, ms);
  await erase(nats);
  const again = await nats.connect();
  t.is((await verifySeals(again)).erased, events);
  await requireNoErasure(again.nc);
  for (const text of [HIDDEN, SECRET, ADA.userId]) t.deepEqual(await inStreams(nats, text), []);
  t.deepEqual(lifeOf(await stateOf(nats)), lifeOf(before));
  await t.notThrowsAsync(makeReceipt(log, kept, new Date()));
  const stated = await collect(
    log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter: ERASED }),
  );
  t.is(stated.length, 1, 'it is stated once');
  t.deepEqual((await again.jsm().then((jsm) => jsm.streams.info('SAID'))).config.max_age, DAY);
});

test('what is gone without a statement, and what stands where one is, does not hold', async (t) => {
  const { nats } = await system(t);
  const { connection } = nats;
  const log = await logIdentity(connection.nc);
  const [salted] = await collect(readSeals(connection, log, 1));
  if (salted === undefined) return t.fail();
  const { records, leaves } = await assertSealed(connection, salted);
  const [record] = records;
  if (record === undefined) return t.fail();
  const leaf = leaves[record.sequence - salted.from] ?? Buffer.of();
  await keepSalts(connection, { ...salted, erased: new Map([[record.sequence, leaf]]) });
  await t.throwsAsync(verifySeals(connection), {
    code: 'ORC_SEALS',
    message: `Event ${record.sequence} is gone, and no erasure of it is stated`,
  });
  await stateErasure(
    connection,
    { id: 'e', places: [[record.sequence, record.sequence]] },
    new Date(),
  );
  await t.throwsAsync(verifySeals(connection), {
    code: 'ORC_SEALS',
    message: `Event ${record.sequence} is stated as erased, and stands there`,
  });
});
