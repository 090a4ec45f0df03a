import { BackOff } from '../../platform/async/back-off.ts';
import { delay } from '../../platform/async/delay.ts';
import type { Patience } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { LogConnection } from './connection.ts';
import { readError } from './read-error.ts';

const TIMES = { firstMs: 50, longestMs: 1_000 };

/**
 * Does a request to the JetStream API, again and again while the server cannot be reached. The
 * client drops what is sent while it is disconnected and lets the request run into its time-out;
 * so a try ends with the connection, and the next begins with it.
 *
 * Throws ORC_NO_STREAM and ORC_NOT_PERMITTED at once, ORC_NOT_REACHABLE when the patience is over,
 * the connection is closed for good, or the signal aborts.
 */
export async function untilReachable<T>(
  connection: LogConnection,
  { patienceMs, signal }: Patience,
  request: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  const backOff = new BackOff(TIMES);
  for (;;) {
    try {
      return await whileConnected(connection, request);
    } catch (error) {
      const failure = readError(error);
      const hopeless = failure.code !== 'ORC_NOT_REACHABLE' || connection.nc.isClosed();
      if (hopeless || signal?.aborted || performance.now() > deadline) throw failure;
      await untilWorthATry(connection, backOff.next());
    }
  }
}

async function whileConnected<T>(connection: LogConnection, request: () => Promise<T>): Promise<T> {
  if (!(await connection.connected(0))) throw disconnected();
  let stop = () => {};
  const broken = new Promise<never>((_, reject) => {
    stop = connection.onDisconnect(() => {
      reject(disconnected());
    });
  });
  try {
    const result = request();
    // The loser of the race may fail later; nobody waits for it any more.
    result.catch(() => undefined);
    return await Promise.race([result, broken]);
  } finally {
    stop();
  }
}

const disconnected = () =>
  new OrchestratorError('ORC_NOT_REACHABLE', 'The connection to NATS is broken');

/** Until the connection is back; a server that stands but does not answer gets a moment. */
async function untilWorthATry(connection: LogConnection, ms: number): Promise<void> {
  if (!(await connection.connected(0))) await connection.connected(ms);
  else await delay(ms);
}
