import type { JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { BackOff } from '../../platform/async/back-off.ts';
import { LONGEST_TIMER_MS } from '../../platform/async/timer.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { serverUrls } from '../../schemas/server-urls.ts';
import { connectionError } from './connection-error.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { type Credentials, readCredentials, type UserCredentials } from './credentials.ts';
import { jwtAuthenticator } from './jwt-authenticator.ts';
import { isUnreachable } from './passing-error.ts';

export interface ConnectOptions {
  /** `nats://host:port`; the servers of a cluster are separated by commas. */
  url: string;
  credentials?: Credentials | undefined;
  /** Shown in the server's list of connections. */
  name: string;
  /** First token of every inbox; an agent's credentials allow only `_INBOX_<its id>`. */
  inboxPrefix?: string | undefined;
  /** Milliseconds that one attempt to connect may take, with whatever servers there are. */
  timeoutMs: number;
  /** Try again while the server cannot be reached, until `signal` says otherwise. */
  waitOnFirstConnect?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds between the first two such tries, which become four times as long; 250. */
  retryMs?: number | undefined;
  /** After the first connect: how often to dial again, -1 (the default) for ever, 0 never. */
  maxReconnectAttempts?: number | undefined;
}

/** A connection that knows how to open the heavier parts of the client when they are asked for. */
export interface LogConnection {
  readonly nc: NatsConnection;
  readonly inboxPrefix: string | undefined;
  /** Stream and consumer administration; loaded on first use, to keep an agent's command light. */
  jsm(): Promise<JetStreamManager>;
  /** Calls `listener` whenever the connection breaks or closes; returns how to stop that. */
  onDisconnect(listener: () => void): () => void;
  /** Whether the connection stands, waiting for that up to so many milliseconds. */
  connected(withinMs: number): Promise<boolean>;
  /** Sends what is buffered, then closes. Never throws. */
  close(): Promise<void>;
}

const RECONNECT_WAIT_MS = 250;
const LONGEST_WAITS = 4;

/** A dead server is noticed after two pings without a pong. */
const PING_INTERVAL_MS = 5_000;

/**
 * Connects to NATS. Throws an OrchestratorError: ORC_NOT_REACHABLE, ORC_CREDS (missing,
 * unreadable), ORC_CREDS_EXPIRED, ORC_NOT_PERMITTED (the server does not accept them), and what a
 * credentials file says instead (ORC_QUOTA).
 */
export async function connectLog(options: ConnectOptions): Promise<LogConnection> {
  const credentials = options.credentials && readCredentials(options.credentials);
  const { signal, waitOnFirstConnect = false, retryMs = RECONNECT_WAIT_MS } = options;
  const backOff = new BackOff({ firstMs: retryMs, longestMs: LONGEST_WAITS * retryMs });
  for (;;) {
    try {
      return logConnection(await dial(options, credentials), options.inboxPrefix);
    } catch (error) {
      const failure = connectionError(error, options.url, credentials?.jwt);
      const again = waitOnFirstConnect && isUnreachable(failure);
      // Who gave up hears what was wrong, not that he gave up.
      if (!again || signal?.aborted || !(await backOff.wait(signal))) throw failure;
    }
  }
}

async function dial(
  options: ConnectOptions,
  credentials: UserCredentials | undefined,
): Promise<NatsConnection> {
  const attempts = options.maxReconnectAttempts ?? -1;
  const servers = serverUrls(options.url);
  // The client would take a server of this machine for the one that was meant.
  if (servers.length === 0) {
    const what = `${JSON.stringify(options.url)} names no server of NATS`;
    throw new OrchestratorError('ORC_SETTINGS', what);
  }
  return connect({
    servers,
    name: options.name,
    timeout: Math.ceil(Math.min(options.timeoutMs, LONGEST_TIMER_MS) / servers.length),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    ...(credentials === undefined ? {} : { authenticator: jwtAuthenticator(credentials) }),
    reconnect: attempts !== 0,
    maxReconnectAttempts: attempts,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    // Stack traces of every request cost more than the request itself.
    noAsyncTraces: true,
  });
}

function logConnection(nc: NatsConnection, inboxPrefix: string | undefined): LogConnection {
  let manager: Promise<JetStreamManager> | undefined;
  const watch = new ConnectionWatch(nc);
  return {
    nc,
    inboxPrefix,
    jsm() {
      manager ??= import('@nats-io/jetstream').then(({ jetstreamManager }) =>
        jetstreamManager(nc, { checkAPI: false }),
      );
      return manager;
    },
    onDisconnect: (listener) => watch.onDisconnect(listener),
    connected: (withinMs) => watch.connected(withinMs),
    async close() {
      // A flush waits for the server; where that is gone there is nothing to wait for. The client
      // forgets a flush whose connection breaks and is not made again.
      await Promise.race([nc.flush().catch(() => undefined), nc.closed()]);
      await nc.close();
      await watch.ended;
    },
  };
}
