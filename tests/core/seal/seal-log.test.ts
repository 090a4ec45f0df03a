import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { logIdentity } from '../../../core/log/archive-catalogue.ts';
import { sealLog } from '../../../core/seal/seal-log.ts';
import { readSeals } from '../../../core/seal/seal-store.ts';
import { verifySeals } from '../../../core/seal/verify-seals.ts';
import { archiveAll } from '../../support/archive-events.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { collect, message } from '../log/events.ts';

const PROGRAM = join(import.meta.dirname, 'fixtures', 'seal-process.ts');

let nats: TestNats;
const leavings: (() => unknown)[] = [];

test.before(async (t) => {
  const own = { title: t.title, teardown: (undo: () => unknown) => leavings.push(undo) };
  nats = await startTestNats(own);
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

let count = 0;

async function store(events: number): Promise<void> {
  for (let at = 0; at < events; at += 1) {
    count += 1;
    await nats.log.append(message(`m-${count}`, `text ${count}`));
  }
}

async function seals() {
  const { connection } = nats;
  const found = await collect(readSeals(connection, await logIdentity(connection.nc), 1));
  return found.map(({ seal }) => seal);
}

/** A log whose events all are its own business: each test goes on with what those before left. */
test.serial('the log is sealed up to its end, once, in one row, by one key', async (t) => {
  const { connection } = nats;
  t.deepEqual(await verifySeals(connection), { through: 0, seals: 0 });
  await store(7);
  t.is(await sealLog(connection, { most: 3 }), 7);
  t.is(await sealLog(connection), 7, 'nothing is new');
  t.deepEqual(
    (await seals()).map(({ number, from, to }) => [number, from, to]),
    [
      [1, 1, 3],
      [2, 4, 6],
      [3, 7, 7],
    ],
  );
  t.like(await verifySeals(connection), { through: 7, seals: 3, key: (await seals())[0]?.key });
});

test.serial('several sealers at the same moment make one row of seals', async (t) => {
  await store(20);
  const others = await Promise.all([1, 2, 3].map(() => nats.connect()));
  const through = await Promise.all(others.map((each) => sealLog(each, { most: 2 })));
  t.deepEqual(through, [27, 27, 27]);
  t.is((await verifySeals(nats.connection)).through, 27);
  const row = await seals();
  t.true(
    row.every(({ number, from }, at) => number === at + 1 && from === (row[at - 1]?.to ?? 0) + 1),
  );
});

test.serial(
  'a sealer that is killed, and a server with it, leave a row that is gone on with',
  async (t) => {
    await store(12);
    const child = spawn(process.execPath, [PROGRAM, nats.url, nats.operatorCreds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === String((await seals()).length)) child.kill('SIGKILL');
    }
    await exited;
    const before = (await verifySeals(nats.connection)).through;
    t.true(before > 27, 'some of it is sealed');
    await nats.kill();
    await nats.restart();
    await nats.connection.connected(30_000);
    t.is(await sealLog(nats.connection), 39);
    t.is((await verifySeals(nats.connection)).through, 39);
  },
);

test.serial('what is archived holds as before', async (t) => {
  await archiveAll(nats.connection);
  const { through } = await verifySeals(nats.connection);
  t.is(through, 39);
  t.true((await sealLog(nats.connection)) > 39, 'that it was archived is an event, too');
});

test.serial('a log from which an event was taken away does not hold, and says where', async (t) => {
  const { connection, log } = nats;
  await store(3);
  const end = await log.lastSequence('EVENTS');
  await sealLog(connection);
  const jsm = await connection.jsm();
  await jsm.streams.deleteMessage('EVENTS', end - 1);
  await t.throwsAsync(verifySeals(connection), {
    code: 'ORC_SEALS',
    message: new RegExp(`events from \\d+ to ${end} are not those that seal \\d+ is of`),
  });
});

test.serial('a log that lacks one of its seals does not hold', async (t) => {
  const { connection } = nats;
  const jsm = await connection.jsm();
  const log = await logIdentity(connection.nc);
  await jsm.streams.purge('SEALS', { filter: `seals.${log}.*.4` });
  await t.throwsAsync(verifySeals(connection), {
    code: 'ORC_SEALS',
    message: 'seal 5 does not follow seal 3',
  });
});

test.serial('what was gone before it was sealed is sealed as gone', async (t) => {
  const other = await startTestNats(t);
  await other.log.append([message('a'), message('b'), message('c')]);
  const jsm = await other.connection.jsm();
  await jsm.streams.deleteMessage('EVENTS', 2);
  t.is(await sealLog(other.connection), 3);
  t.is((await verifySeals(other.connection)).through, 3);
  await jsm.streams.deleteMessage('EVENTS', 3);
  await t.throwsAsync(verifySeals(other.connection), { code: 'ORC_SEALS' });
});
