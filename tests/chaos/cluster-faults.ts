import { setTimeout as delay } from 'node:timers/promises';
import type { Cut } from '../support/cluster/link.ts';
import type { ClusterServer, TestCluster } from '../support/cluster/test-cluster.ts';

/** What may happen to a cluster of three; each leaves all three running, and together. */
export const CLUSTER_FAULTS = [
  'kill -9 of the leader of EVENTS',
  'network cut of one',
  'kill -9 of any one',
  'kill -9 of two',
  'one cut off from the others alone',
] as const;

export type ClusterFault = (typeof CLUSTER_FAULTS)[number];

/** How long a server stays away, at most. */
const AWAY_MS = 3_000;
/** Longer than a leader without a majority leads on. */
const CUT_MS = 12_000;

/** Lets it happen, and mends it. `next`: a whole number from 0 to below its argument. */
export async function happenToCluster(
  fault: ClusterFault,
  cluster: TestCluster,
  next: (limit: number) => number,
): Promise<void> {
  const any = (): ClusterServer => {
    const server = cluster.servers[next(cluster.servers.length)];
    if (server === undefined) throw new Error('there are servers');
    return server;
  };
  switch (fault) {
    case 'kill -9 of the leader of EVENTS':
      return killed([(await cluster.leader('EVENTS')) ?? any()], next);
    case 'kill -9 of any one':
      return killed([any()], next);
    case 'kill -9 of two': {
      const spared = any();
      return killed(
        cluster.servers.filter((server) => server !== spared),
        next,
      );
    }
    case 'network cut of one':
      return cut(any(), 'everybody', next);
    case 'one cut off from the others alone':
      return cut(any(), 'servers', next);
  }
}

async function killed(
  servers: readonly ClusterServer[],
  next: (limit: number) => number,
): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
  await delay(next(AWAY_MS));
  await Promise.all(servers.map((server) => server.start()));
}

async function cut(
  server: ClusterServer,
  from: 'servers' | 'everybody',
  next: (limit: number) => number,
): Promise<void> {
  const how: Cut = next(2) === 0 ? 'silent' : 'refused';
  server.cut(how, from);
  await delay(next(CUT_MS));
  server.mend();
}
