import type { StreamName } from '../../schemas/subjects.ts';
import type { LogConnection } from './connection.ts';
import { PullSession, type Start } from './pull-session.ts';
import { readError } from './read-error.ts';

export interface OpenOptions {
  stream: StreamName;
  filter?: string | undefined;
  /** Milliseconds to go on trying; infinity for a reader that lives as long as its process. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [50, 1_000];

/**
 * Opens a session, again and again while the server cannot be reached; undefined when aborted.
 * Throws ORC_NO_STREAM and ORC_NOT_PERMITTED at once, ORC_NOT_REACHABLE when the patience is over
 * or the connection was closed for good.
 */
export async function openSession(
  connection: LogConnection,
  start: Start,
  options: OpenOptions,
): Promise<PullSession | undefined> {
  const deadline = Date.now() + options.patienceMs;
  for (let wait = FIRST_WAIT_MS; !options.signal?.aborted; wait *= 2) {
    try {
      return await PullSession.open(connection, options.stream, start, options.filter);
    } catch (error) {
      const failure = readError(error);
      const hopeless = failure.code !== 'ORC_NOT_REACHABLE' || connection.nc.isClosed();
      if (hopeless || Date.now() > deadline) throw failure;
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, LONGEST_WAIT_MS)));
    }
  }
  return undefined;
}
