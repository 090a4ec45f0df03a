import { type KV, Kvm, type KvOptions } from '@nats-io/kv';
import type { LogConnection } from './connection.ts';
import { untilReachable } from './until-reachable.ts';

/** A bucket that is being made, or has no leader yet, is there in a moment. */
const PATIENCE_MS = 30_000;

/**
 * A bucket of NATS that keeps one value a key, made where there is none, on as many servers as EVENTS.
 * Asked again where no answer comes: of two services that make one bucket at the same moment, a
 * cluster may answer the one and leave the other without.
 *
 * Throws ORC_NOT_REACHABLE, ORC_NO_STREAM where there is no EVENTS, and ORC_NOT_PERMITTED.
 */
export async function openBucket(
  connection: LogConnection,
  name: string,
  options: Partial<Pick<KvOptions, 'ttl' | 'markerTTL' | 'allow_direct'>> = {},
): Promise<KV> {
  const jsm = await connection.jsm();
  return untilReachable(connection, { patienceMs: PATIENCE_MS }, async () => {
    const { config } = await jsm.streams.info('EVENTS');
    const replicas = config.num_replicas;
    return new Kvm(connection.nc).create(name, { history: 1, replicas, ...options });
  });
}
