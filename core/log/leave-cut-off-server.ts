import type { NatsConnection } from '@nats-io/transport-node';
import { pause } from '../../platform/async/delay.ts';
import type { LogConnection } from './connection.ts';

export interface CutOffOptions {
  /** Milliseconds between two looks, and that one may take; 5 s. */
  lookMs?: number;
  /** Is told when the connection goes to another server. */
  leaving?: (server: string) => void;
  signal: AbortSignal;
}

/** One failure may be an election. */
const FAILURES = 2;

/**
 * Goes to another server of a cluster where the one that it is connected to is cut off from the others:
 * it keeps its clients, and nothing that they append is ever stored. Asked is who leads all streams
 * (`$JS.API.INFO`), of whom such a server knows nothing. Does nothing with a single server. Resolves
 * when the signal aborts.
 */
export async function leaveCutOffServer(
  { nc }: LogConnection,
  { lookMs = 5_000, leaving, signal }: CutOffOptions,
): Promise<void> {
  let failures = 0;
  while (await pause(lookMs, signal)) {
    if (nc.isClosed()) return;
    if (nc.info?.cluster === undefined) continue;
    failures = (await hasLeader(nc, lookMs)) ? 0 : failures + 1;
    if (failures < FAILURES) continue;
    failures = 0;
    leaving?.(nc.getServer());
    await leave(nc);
  }
}

/** It fails where it is not connected, and then it dials already. */
const leave = (nc: NatsConnection): Promise<void> => nc.reconnect().catch(() => undefined);

async function hasLeader(nc: NatsConnection, timeout: number): Promise<boolean> {
  try {
    const reply = await nc.request('$JS.API.INFO', '', { timeout });
    return reply.json<{ error?: unknown }>().error === undefined;
  } catch {
    return false;
  }
}
