import type { KV } from '@nats-io/kv';
import test from 'ava';
import { connectLog } from '../../../core/log/connection.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { openBucket } from '../../../core/log/open-bucket.ts';
import { isPassing } from '../../../core/log/passing-error.ts';
import { ensureStreams } from '../../../core/log/streams.ts';
import { always, retry } from '../../../platform/async/retry.ts';
import { LeaseStore } from '../../../platform/nodes/lease-store.ts';
import { BUCKET_STREAMS, bucketStream } from '../../../schemas/buckets.ts';
import { startTestCluster, type TestCluster } from '../../support/cluster/test-cluster.ts';
import { message } from './events.ts';

const TIMEOUT_MS = 240_000;
const LEASE_MS = 60_000;

const lease = (node: string) => ({
  node,
  place: 'here',
  places: ['here'],
  holder: 'h',
  pid: 1,
  version: '0',
  startedAt: new Date().toISOString(),
  draining: false,
  agents: 0,
});

async function replicas({ connection }: TestCluster): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { config } of (await connection.jsm()).streams.list()) {
    found[config.name] = config.num_replicas;
  }
  return found;
}

/** Rejects where no bucket is listed. */
async function replicasWithBuckets(of: TestCluster): Promise<Record<string, number>> {
  const found = await replicas(of);
  if (BUCKET_STREAMS.some((name) => name in found)) return found;
  throw new Error('no bucket is listed');
}

/** Each test goes on with what the one before has left. */
let cluster: TestCluster;

test.before(async (t) => {
  t.timeout(TIMEOUT_MS);
  const teardown = (end: () => unknown) => void ends.push(end);
  cluster = await startTestCluster({ title: 'a cluster', teardown }, 1);
});
const ends: (() => unknown)[] = [];
test.after.always(async () => {
  for (const end of ends.reverse()) await end();
});

test('streams and buckets that are there are brought to three replicas, with what they hold', async (t) => {
  t.timeout(TIMEOUT_MS);
  const { connection, log } = cluster;
  t.like(await log.append(message('m-1')), { ok: true });
  const leases = await LeaseStore.open(connection);
  const revision = await leases.write(lease('one'), LEASE_MS, 0);
  t.is(new Set(Object.values(await replicas(cluster))).size, 1);

  await ensureStreams(connection, { replicas: 3, storage: 'file' });

  // One that was just given to more servers has no leader for a moment, and is not listed.
  const now = await retry(() => replicasWithBuckets(cluster), {
    isPassing: always,
    patienceMs: TIMEOUT_MS,
  });
  t.deepEqual([...new Set(Object.values(now))], [3]);
  t.is(await log.lastSequence('EVENTS'), 1);
  const read = await retry(() => leases.read('one'), { isPassing, patienceMs: TIMEOUT_MS });
  t.like(read, { revision, lease: { node: 'one' } });

  await ensureStreams(connection, { storage: 'file' });
  t.deepEqual(await replicas(cluster), now, 'who asks for no number leaves them');
});

test('services that make a bucket at the same moment all have it', async (t) => {
  t.timeout(TIMEOUT_MS);
  const { url, operatorCreds } = cluster;
  const connecting = Array.from({ length: 6 }, (_, index) =>
    connectLog({ url, credentials: { file: operatorCreds }, name: `${index}`, timeoutMs: 15_000 }),
  );
  const connections = await Promise.all(connecting);
  t.teardown(() => Promise.all(connections.map((connection) => connection.close())));
  const jsm = await cluster.connection.jsm();
  for (let round = 0; round < 3; round += 1) {
    const name = `same-${round}`;
    const buckets = await Promise.all(connections.map((each) => openBucket(each, name)));
    // The other servers may not have heard yet who leads it.
    const patience = { isPassing: always, patienceMs: TIMEOUT_MS };
    const put = (bucket: KV, index: number) =>
      retry(() => bucket.put(`${index}`, 'value'), patience);
    await Promise.all(buckets.map(put));
    const { state } = await retry(() => jsm.streams.info(bucketStream(name)), patience);
    t.is(state.messages, buckets.length);
  }
});

test('every living lease is read, and those that were given back are not', async (t) => {
  t.timeout(TIMEOUT_MS);
  const leases = LeaseStore.of(cluster.connection);
  const revision = (await leases.write(lease('two'), LEASE_MS, 0)) ?? 0;
  await leases.write(lease('three'), LEASE_MS, 0);
  const nodes = async () => (await leases.all()).map(({ node }) => node).sort();
  t.deepEqual(await nodes(), ['one', 'three', 'two']);
  await leases.remove('two', revision);
  t.deepEqual(await nodes(), ['one', 'three']);
});

test('whoever has written reads it at once, whichever replica a reader is given', async (t) => {
  t.timeout(TIMEOUT_MS);
  const { log } = cluster;
  const before = await log.lastSequence('EVENTS');
  for (let round = 1; round <= 20; round += 1) {
    const written = await log.append(message(`r-${round}`));
    const read: number[] = [];
    for await (const { sequence } of log.read({
      stream: 'EVENTS',
      from: { sequence: before + 1 },
      filter: 'agents.>',
    })) {
      read.push(sequence);
    }
    t.is(read.length, round);
    t.like(written, { ok: true, sequence: read.at(-1) });
  }
});

test('one server of three is enough to find the way, and two to append', async (t) => {
  t.timeout(TIMEOUT_MS);
  const { servers, url, operatorCreds } = cluster;
  const [gone] = servers;
  await gone?.kill();
  const credentials = { file: operatorCreds };
  const connection = await connectLog({ url, credentials, name: t.title, timeoutMs: 15_000 });
  t.teardown(() => connection.close());
  const log = new EventLog(connection);
  let stored = await log.append(message('while one is away'));
  // There may have been its leader.
  while (!stored.ok) stored = await log.append(message('while one is away'));
  t.true(stored.ok);
  await gone?.start();
});
