import { OrchestratorError } from '../../schemas/errors.ts';
import type { LogConnection } from './connection.ts';
import { readError } from './read-error.ts';

export interface Patience {
  /** Milliseconds to go on trying; infinity for a reader that lives as long as its process. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [50, 1_000];

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
  const deadline = Date.now() + patienceMs;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await whileConnected(connection, request);
    } catch (error) {
      const failure = readError(error);
      const hopeless = failure.code !== 'ORC_NOT_REACHABLE' || connection.nc.isClosed();
      if (hopeless || signal?.aborted || Date.now() > deadline) throw failure;
      await pause(wait, connection);
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
async function pause(ms: number, connection: LogConnection): Promise<void> {
  if (!(await connection.connected(0))) await connection.connected(ms);
  else await new Promise((resolve) => setTimeout(resolve, ms));
}
