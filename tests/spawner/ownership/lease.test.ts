import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { LeaseStore } from '../../../platform/nodes/lease-store.ts';
import { Health } from '../../../platform/service/health.ts';
import type { NodeLease } from '../../../schemas/node-lease.ts';
import { Lease } from '../../../spawner/ownership/lease.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';

const TTL_MS = 1_000;

async function makeLease(t: ExecutionContext, nats: TestNats, holder: string, ttlMs = TTL_MS) {
  const connection = await nats.connect({ name: holder });
  const store = await LeaseStore.open(connection);
  const health = new Health();
  const described: NodeLease = {
    node: 'node-a',
    place: 'here',
    places: ['here'],
    holder,
    pid: process.pid,
    version: '1.0.0',
    startedAt: new Date().toISOString(),
    draining: false,
    agents: 0,
  };
  const caughtUp: boolean[] = [];
  const lease: Lease = new Lease({
    store,
    ttlMs,
    describe: () => described,
    catchUp: async () => {
      caughtUp.push(lease.held);
    },
    health,
    logger: pino({ level: 'silent' }),
  });
  const waiting: (() => void)[] = [];
  const beats: boolean[] = [];
  const start = () =>
    lease.start(async (held) => {
      beats.push(held);
      for (const wake of waiting.splice(0)) wake();
    });
  const nextBeat = () => new Promise<void>((resolve) => waiting.push(resolve));
  t.teardown(() => lease.release());
  return { lease, store, health, start, nextBeat, caughtUp, beats };
}

const checks = (health: Health) => health.checks().map(({ ok, detail }) => `${ok} ${detail}`);

test('a lease is held while it is renewed, and seen by everybody', async (t) => {
  const nats = await startTestNats(t);
  const { lease, store, start, nextBeat } = await makeLease(t, nats, 'one');
  t.false(lease.held);
  await start();
  for (let beats = 0; beats < 5; beats += 1) await nextBeat();

  t.true(lease.held);
  t.true(lease.heldForMs > TTL_MS, 'longer than it lives without being renewed');
  t.deepEqual(
    (await store.all()).map(({ node, holder }) => [node, holder]),
    [['node-a', 'one']],
  );
});

test('a server that is silent when it is to be taken is waited for', async (t) => {
  const nats = await startTestNats(t);
  const { lease, store, start } = await makeLease(t, nats, 'one');
  const refused = Promise.withResolvers<unknown>();
  const read = store.read.bind(store);
  store.read = (node) => {
    const found = read(node);
    found.catch(refused.resolve);
    return found;
  };
  await nats.kill();
  const started = start();
  t.like(await refused.promise, { code: 'ORC_NOT_REACHABLE' });
  await nats.restart();
  await started;
  t.true(lease.held);
});

test('one that is given back is gone at once', async (t) => {
  const nats = await startTestNats(t);
  const { lease, store, start } = await makeLease(t, nats, 'one');
  await start();

  await lease.release();

  t.false(lease.held);
  t.deepEqual(await store.all(), []);
});

test('it is not held when the server is silent, and again after a look at what happened', async (t) => {
  const nats = await startTestNats(t);
  const { lease, start, nextBeat, health, caughtUp } = await makeLease(t, nats, 'one');
  await start();
  await nats.kill();
  const begun = performance.now();
  while (lease.held) await nextBeat();
  t.true(performance.now() - begun < 10_000);
  while (!checks(health).some((check) => check.startsWith('false'))) await nextBeat();
  t.deepEqual(checks(health), ['false node-a: not renewed: NATS does not answer']);

  await nats.restart();
  while (!lease.held) await nextBeat();

  t.deepEqual(caughtUp, [false], 'what others did is read before it counts as held');
  t.deepEqual(checks(health), ['true node-a: held']);
});

test('what happened is read also where the server kept the entry longer than the lease was held', async (t) => {
  const nats = await startTestNats(t);
  const { lease, store, start, nextBeat, health, caughtUp } = await makeLease(t, nats, 'one');
  const write = store.write.bind(store);
  store.write = (described, _ttlMs, revision) => write(described, 60_000, revision);
  await start();
  await nats.kill();
  while (lease.held) await nextBeat();
  while (!checks(health).some((check) => check.startsWith('false'))) await nextBeat();

  await nats.restart();
  while (!lease.held) await nextBeat();

  t.deepEqual(caughtUp, [false]);
  t.deepEqual(checks(health), ['true node-a: held'], 'and its health is well again');
});

test('a process that could not run for longer than the lease does not hold it when it wakes', async (t) => {
  const nats = await startTestNats(t);
  const { lease, start } = await makeLease(t, nats, 'one');
  await start();
  t.true(lease.held);

  // Nothing of this process runs meanwhile, as in a SIGSTOP.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TTL_MS + 50);

  t.false(lease.held, 'by its own clock, before any message could tell');
});

test('of two processes of one name the newer has it; the older stands by, then starts anew', async (t) => {
  const nats = await startTestNats(t);
  const older = await makeLease(t, nats, 'older', 60_000);
  const newer = await makeLease(t, nats, 'newer');
  await older.start();
  await newer.start();

  t.true(newer.lease.held);
  t.false(await older.lease.confirm());
  t.false(older.lease.held);
  t.regex(checks(older.health).join(), /^false node-a: process \d+ runs as node-a too/);
  t.true(await newer.lease.confirm(), 'the older takes nothing back');

  await newer.lease.release();
  await older.lease.confirm();
  await t.throwsAsync(older.lease.lost, { message: /Another process ran under this node/ });
});

test('an acknowledgement that was lost costs nothing', async (t) => {
  const nats = await startTestNats(t);
  const { lease, store, start } = await makeLease(t, nats, 'one', 60_000);
  await start();
  const { lease: stored, revision } = await store.read('node-a');
  // As if a renewal had been stored whose acknowledgement did not come.
  if (stored !== undefined) await store.write(stored, 60_000, revision);

  t.true(await lease.confirm());
  t.true(lease.held);
});

test('an entry ends by itself, and what is no lease is not taken for one', async (t) => {
  const nats = await startTestNats(t);
  const { store } = await makeLease(t, nats, 'one');
  t.deepEqual(await store.all(), []);
  const lease = {
    node: 'node-b',
    place: 'p',
    places: ['p'],
    holder: 'h',
    pid: 1,
    version: '1',
    startedAt: 'now',
  };
  const revision = await store.write({ ...lease, draining: false, agents: 0 }, TTL_MS, 0);
  t.is(await store.write({ ...lease, draining: false, agents: 0 }, TTL_MS, 0), undefined);
  nats.connection.nc.publish('$KV.nodes.node-c', 'no json');
  t.deepEqual(
    (await store.all()).map(({ node }) => node),
    ['node-b'],
  );

  // The server's clock is what is tried here.
  while ((await store.read('node-b')).lease !== undefined) await delay(50);

  t.true((await store.read('node-b')).revision > (revision ?? 0), 'its end is remembered');
});
