import { BackOff } from '../../platform/async/back-off.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StreamName } from '../../schemas/subjects.ts';
import { type ArchivedBatch, type Ask, archivedBatches, isArchived } from './archive-reader.ts';
import { assertArchived } from './assert-archived.ts';
import type { LogConnection } from './connection.ts';
import { PullSession, type Selection, type Start, type Taken } from './pull-session.ts';
import type { StoredMessage } from './stored-message.ts';
import { countedEnd, lastSelected, ledEnd, notBefore, type StreamEnd } from './stream-end.ts';
import { untilReachable } from './until-reachable.ts';

export interface FollowOptions extends Selection {
  stream: StreamName;
  /** The first sequence, or the first instant, that is wanted. */
  from: Start;
  /** When the stream was created, where it must be that very one; whichever is there first without. */
  created?: string | undefined;
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

/** Between sessions: one that is lost at once, again and again, is not opened in a tight loop. */
const TIMES = { firstMs: 100, longestMs: 5_000 };

/** A session that lived so long was a good one. */
const SETTLED_MS = 10_000;

/**
 * Replays a stream and goes on live, through reconnects and restarts of the server, until the
 * signal aborts (then it ends without an error). Batches are whatever has come in the meantime, so
 * that a fold awaits once per batch and not per message.
 *
 * What was archived of EVENTS is read as if it still stood there, also where that goes on meanwhile
 * (docs/decisions/0121-the-archive-of-the-log.md).
 *
 * Throws ORC_NO_STREAM, ORC_ARCHIVE, ORC_NOT_PERMITTED, ORC_LOG_REPLACED where the stream was removed and made
 * anew (what was read of it says nothing about the new one), and ORC_NOT_REACHABLE after `patienceMs`
 * without a server or when the connection is closed.
 *
 * @example
 * for await (const { messages, caughtUp } of log.follow({ stream: 'EVENTS', from: { sequence: 1 } })) {
 *   state = messages.reduce(fold, state);
 *   if (caughtUp) serve(state);
 * }
 */
export async function* follow(
  connection: LogConnection,
  options: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const { signal } = options;
  const patience = { patienceMs: options.patienceMs ?? Number.POSITIVE_INFINITY, signal };
  const ask = <T>(request: () => Promise<T>) => untilReachable(connection, patience, request);
  const aborted = unlessAborted(signal);
  let next = options.from;
  let { created } = options;
  let caughtUp = false;
  const backOff = new BackOff(TIMES);
  while (!signal?.aborted) {
    for await (const batch of fromArchive(connection, ask, next, options)) {
      next = batch.next;
      yield { messages: batch.messages, caughtUp };
    }
    const from = next;
    const open = () => openSession(connection, from, { ...options, created });
    const opened = await ask(open).catch(aborted);
    if (opened === undefined) return;
    created = opened.created;
    const began = performance.now();
    let settled = false;
    for await (const { messages: taken, atEnd } of takeAll(opened, signal)) {
      const messages = notBefore(next, taken);
      if (!settled && (atEnd || leavesOut(next, messages))) {
        const overtaken = await ask(() => isOvertaken(connection, options, next)).catch(aborted);
        if (overtaken === undefined) return;
        if (overtaken) break;
      }
      settled ||= atEnd;
      const last = messages.at(-1);
      if (last !== undefined) {
        next = { sequence: last.sequence + 1 };
        backOff.reset();
      }
      const news = last !== undefined || (atEnd && !caughtUp);
      caughtUp ||= atEnd;
      if (news) yield { messages, caughtUp };
    }
    if (performance.now() - began > SETTLED_MS) backOff.reset();
    await backOff.wait(signal);
  }
}

/** Of EVENTS what is archived; ends where the signal aborts. */
async function* fromArchive(
  { nc }: LogConnection,
  ask: Ask,
  from: Start,
  options: FollowOptions,
): AsyncGenerator<ArchivedBatch, void, undefined> {
  if (options.stream !== 'EVENTS') return;
  try {
    for await (const batch of archivedBatches(nc, ask, from, options)) {
      if (options.signal?.aborted) return;
      yield batch;
    }
  } catch (error) {
    unlessAborted(options.signal)(error);
  }
}

/**
 * Whether something from there on was archived since it was looked for, so that the server may have
 * passed it by. Asked until a session has come to the end once: from then on the archive keeps behind
 * it (`core/log/archivable.ts`).
 */
const isOvertaken = async ({ nc }: LogConnection, { stream }: FollowOptions, next: Start) =>
  stream === 'EVENTS' && (await isArchived(nc, next));

/** Whether there are places before or between these messages: what stands there is of others, or archived. */
function leavesOut(next: Start, messages: Taken['messages']): boolean {
  if ('time' in next) return messages.length > 0;
  return messages.some(({ sequence }, index) => sequence !== next.sequence + index);
}

interface Opened {
  session: PullSession;
  created: string;
  end: StreamEnd;
}

/** A session of the very stream that was followed before. */
async function openSession(
  connection: LogConnection,
  start: Start,
  options: FollowOptions,
): Promise<Opened> {
  const { stream } = options;
  const session = await PullSession.open(connection, stream, start, options);
  try {
    // Asked when the session stands: its stream is not newer than this.
    const jsm = await connection.jsm();
    const { created, config, state } = await jsm.streams.info(stream);
    if (stream === 'EVENTS') await assertArchived(connection.nc, start, state.first_seq);
    const last = () => lastSelected(connection.nc, stream, options, start);
    const end = config.num_replicas > 1 ? await ledEnd(last, start) : countedEnd(session);
    if ((options.created ?? created) === created) return { session, created, end };
  } catch (error) {
    session.close();
    throw error;
  }
  session.close();
  throw new OrchestratorError('ORC_LOG_REPLACED', `The stream ${stream} was made anew`);
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
  { session, end }: Opened,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const abort = () => session.close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (await end.reached({ messages: [], idle: false })) yield { messages: [], atEnd: true };
    for (let lost = false; !lost && !signal?.aborted; ) {
      const taken = await session.take();
      yield { messages: taken.messages, atEnd: await end.reached(taken) };
      lost = taken.lost !== undefined;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    session.close();
  }
}
