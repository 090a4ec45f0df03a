import { createUser, encodeUser, type KeyPair } from '@nats-io/jwt';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { connectLog } from '../../core/log/connection.ts';
import type { UserCredentials } from '../../core/log/credentials.ts';
import { delay } from '../async/delay.ts';
import { keepRunning } from '../async/keep-running.ts';
import { freeBytes } from '../files/free-bytes.ts';
import { keyPair } from './key-pair.ts';

const HEALTH_SUBJECT = '$SYS.REQ.SERVER.PING.HEALTHZ';
const INBOX = '_INBOX_store-watch';

const LOOK_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** With less a server that starts would be full again at once. */
const ROOM_BYTES = 8 * 1024 * 1024;
/** Another reason than the disk, maybe: not again and again. */
const TIMES = { firstMs: 1_000, longestMs: 5 * 60_000 };
const SETTLED_MS = 60_000;

export interface StoreWatchOptions {
  url: string;
  /** The system account, which alone may ask a server how it is. */
  system: KeyPair;
  /** Of the streams. */
  folder: string;
  /** Ends the server, which its supervisor starts again. */
  restart: () => Promise<void>;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Looks whether a nats-server can store. One that met a full disk never does again, however much room
 * there is later: the stream stays in error, or JetStream is disabled (nats-io/nats-server#7654). So
 * it is started again, once there is room. Resolves when the signal aborts.
 */
export async function watchStore(options: StoreWatchOptions): Promise<void> {
  const { signal, system, log } = options;
  const credentials = await credentialsOf(system);
  await keepRunning(() => look(options, credentials), {
    signal,
    times: TIMES,
    settledMs: SETTLED_MS,
    ended: (error) => error && log.warn({ err: error }, 'not looked whether nats-server can store'),
  });
}

/** Of a user that may only ask whether the server is well. They are kept in memory. */
async function credentialsOf(system: KeyPair): Promise<UserCredentials> {
  const user = keyPair(createUser().getSeed());
  const permissions = { pub: { allow: [HEALTH_SUBJECT] }, sub: { allow: [`${INBOX}.>`] } };
  const jwt = await encodeUser('store-watch', user, system, permissions);
  return { jwt, seed: new TextDecoder().decode(user.getSeed()) };
}

/** One connection's life, up to a restart of the server. */
async function look(
  { url, folder, restart, log, signal }: StoreWatchOptions,
  credentials: UserCredentials,
): Promise<void> {
  const connection = await connectLog({
    url,
    credentials,
    name: 'orchestrator/store-watch',
    inboxPrefix: INBOX,
    timeoutMs: TIMEOUT_MS,
    maxReconnectAttempts: 0,
  });
  try {
    let isSaid = false;
    for (;;) {
      await delay(LOOK_MS, signal);
      const reason = await whyItCannotStore(connection.nc);
      if (reason !== undefined && !isSaid) log.error({ reason }, 'nats-server cannot store');
      isSaid = reason !== undefined;
      if (reason === undefined || (await freeBytes(folder)) < ROOM_BYTES) continue;
      log.warn('there is room on the disk: nats-server is started again');
      return await restart();
    }
  } finally {
    await connection.close();
  }
}

/** What the server answers (nats-server, server/monitor.go, `HealthStatus`). */
interface Answer {
  data?: { errors?: { type?: string; error?: string }[] };
}

async function whyItCannotStore(nc: NatsConnection): Promise<string | undefined> {
  const options = JSON.stringify({ details: true });
  const reply = await nc.request(HEALTH_SUBJECT, options, { timeout: TIMEOUT_MS });
  const { data }: Answer = reply.json();
  return data?.errors?.find(isOfStore)?.error;
}

const isOfStore = ({ type, error = '' }: { type?: string; error?: string }): boolean =>
  type === 'JETSTREAM' || /write error/i.test(error);
