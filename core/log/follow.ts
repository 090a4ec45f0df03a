import type { StreamName } from '../../schemas/subjects.ts';
import type { LogConnection } from './connection.ts';
import { PullSession, type Selection, type Start, type Taken } from './pull-session.ts';
import type { StoredMessage } from './stored-message.ts';
import { untilReachable } from './until-reachable.ts';

export interface FollowOptions extends Selection {
  stream: StreamName;
  /** The first sequence, or the first instant, that is wanted. */
  from: Start;
  signal?: AbortSignal | undefined;
  /** Milliseconds without a server before it gives up; for ever without. */
  patienceMs?: number | undefined;
}

export interface Followed {
  /** In order, without gap or repeat over all batches; may be empty. */
  messages: readonly StoredMessage[];
  /** Everything that was stored when the following began is in this or an earlier batch. */
  caughtUp: boolean;
}

/**
 * Replays a stream and goes on live, through reconnects and restarts of the server, until the
 * signal aborts (then it ends without an error). Batches are whatever has come in the meantime, so
 * that a fold awaits once per batch and not per message.
 *
 * Throws ORC_NO_STREAM, ORC_NOT_PERMITTED, and ORC_NOT_REACHABLE after `patienceMs` without a
 * server or when the connection is closed.
 */
export async function* follow(
  connection: LogConnection,
  options: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const { stream, signal } = options;
  const patience = { patienceMs: options.patienceMs ?? Number.POSITIVE_INFINITY, signal };
  let next = options.from;
  let caughtUp = false;
  while (!signal?.aborted) {
    const open = () => PullSession.open(connection, stream, next, options);
    const session = await untilReachable(connection, patience, open).catch(unlessAborted(signal));
    if (session === undefined) return;
    for await (const { messages, atEnd } of takeAll(session, signal)) {
      const last = messages.at(-1);
      if (last !== undefined) next = { sequence: last.sequence + 1 };
      const news = last !== undefined || (atEnd && !caughtUp);
      caughtUp ||= atEnd;
      if (news) yield { messages, caughtUp };
    }
  }
}

const unlessAborted = (signal: AbortSignal | undefined) => (error: unknown) => {
  if (signal?.aborted) return undefined;
  throw error;
};

interface Batch {
  messages: Taken['messages'];
  /** The end of the stream, as it was when the session was opened, is reached. */
  atEnd: boolean;
}

/** The batches of one session until it is lost or aborted. */
async function* takeAll(
  session: PullSession,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const abort = () => session.close();
  signal?.addEventListener('abort', abort, { once: true });
  let missing = session.pending;
  try {
    if (missing === 0) yield { messages: [], atEnd: true };
    for (let lost = false; !lost && !signal?.aborted; ) {
      const taken = await session.take();
      missing -= taken.messages.length;
      // Counting alone would wait for ever for messages that a limit removed meanwhile.
      const atEnd = missing <= 0 || taken.idle || taken.messages.at(-1)?.pending === 0;
      yield { messages: taken.messages, atEnd };
      lost = taken.lost !== undefined;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    session.close();
  }
}
