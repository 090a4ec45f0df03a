import type { StreamName } from '../../schemas/subjects.ts';
import type { LogConnection } from './connection.ts';
import { ERASED_ENTRY } from './erasure-mark.ts';
import { follow } from './follow.ts';
import type { Selection, Start } from './pull-session.ts';
import type { StoredMessage } from './stored-message.ts';
import { untilReachable } from './until-reachable.ts';

export interface ReadOptions {
  stream: StreamName;
  from: Start;
  /** A subject with wildcards, or several that do not overlap; all of the stream without. */
  filter?: Selection['filter'];
  /** Without payloads. */
  headersOnly?: boolean | undefined;
  /** The last sequence that is wanted; the stream's end as of the call without. */
  until?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A reader that must end does not wait longer than this for a server that is gone. */
const PATIENCE_MS = 30_000;

/**
 * The messages of a stream up to its end as of the call, in order; ends also where the filter
 * matches none. Throws as {@link follow} does.
 *
 * @example
 * const filter = agentFilter('agent-0123456789ab');
 * for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
 *   console.log(message.sequence, message.subject);
 * }
 */
export async function* read(
  connection: LogConnection,
  options: ReadOptions,
): AsyncGenerator<StoredMessage, void, undefined> {
  const { created, lastSequence: last } = await streamIdentity(connection, options.stream);
  const end = Math.min(options.until ?? Number.POSITIVE_INFINITY, last);
  if ('sequence' in options.from && options.from.sequence > end) return;
  for await (const { messages, caughtUp } of follow(connection, {
    ...options,
    created,
    patienceMs: PATIENCE_MS,
  })) {
    for (const message of messages) {
      if (message.sequence > end) return;
      yield message;
      if (message.sequence === end) return;
    }
    if (caughtUp) return;
  }
}

/** The last sequence that a stream gave out, 0 for none. Throws as {@link follow} does. */
export async function lastSequence(connection: LogConnection, stream: StreamName): Promise<number> {
  return (await streamIdentity(connection, stream)).lastSequence;
}

/** Which stream one is, and how far it goes. */
export interface StreamIdentity {
  /** RFC 3339: a stream that was lost and made again is another one. */
  created: string;
  lastSequence: number;
  /** What is folded of it: the same as `created`, until something is erased from it, and after that never again. */
  history: string;
}

/** When a stream was created, and its end. */
export async function streamIdentity(
  connection: LogConnection,
  stream: StreamName,
): Promise<StreamIdentity> {
  const jsm = await connection.jsm();
  const patience = { patienceMs: PATIENCE_MS };
  const info = await untilReachable(connection, patience, () => jsm.streams.info(stream));
  const { created, config, state } = info;
  const erased = config.metadata?.[ERASED_ENTRY];
  const history = erased === undefined ? created : `${created} without ${erased}`;
  return { created, lastSequence: state.last_seq, history };
}
