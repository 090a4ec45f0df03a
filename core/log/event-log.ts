import type { NewEvent } from '../../schemas/event.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';
import type { StreamName } from '../../schemas/subjects.ts';
import { type AppendOptions, append } from './append.ts';
import { AppendCounts } from './append-counts.ts';
import { appendLog, type LogLine, type LogOptions } from './append-log.ts';
import { type AppendOnceOptions, appendOnce } from './append-once.ts';
import type { AppendResult } from './append-result.ts';
import type { LogConnection } from './connection.ts';
import { deadLetter } from './dead-letter.ts';
import { type Followed, type FollowOptions, follow } from './follow.ts';
import { untilHeard } from './heard.ts';
import { firstStored, lastStored, storedAt } from './look-up.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';
import {
  lastSequence,
  type ReadOptions,
  read,
  type StreamIdentity,
  streamIdentity,
} from './read.ts';
import type { StoredMessage } from './stored-message.ts';
import { untilReachable } from './until-reachable.ts';

/** Who waits for what was said waits as long for a server that is gone. */
const HEARD_PATIENCE_MS = 30_000;

/** The event log: everything that a service does with the streams. One file a verb beside this. */
export class EventLog {
  readonly connection: LogConnection;
  /** What came of what was appended here. */
  readonly appends = new AppendCounts();
  readonly logAppends = new AppendCounts();

  constructor(connection: LogConnection) {
    this.connection = connection;
  }

  /** Appends to the log, several all or none; see {@link append}. Never throws. */
  append(
    events: NewEvent | readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    return this.appends.counted(append(this.connection.nc, events, options));
  }

  /** Appends unless the id was stored before, however long ago; see {@link appendOnce}. */
  appendOnce(event: NewEvent, options: AppendOnceOptions = {}): Promise<AppendResult> {
    return this.appends.counted(appendOnce(this.connection, event, options));
  }

  /**
   * Waits until what agents said on these subjects stands in EVENTS; see {@link untilHeard}. Resolves
   * with its sequence there, 0 where nothing was said.
   */
  heard(filter: string, signal?: AbortSignal): Promise<number> {
    const patience = { patienceMs: HEARD_PATIENCE_MS, signal };
    return untilReachable(this.connection, patience, () =>
      untilHeard(this.connection.nc, filter, signal),
    );
  }

  /** The messages up to the end as of now; see {@link read}. */
  read(options: ReadOptions): AsyncIterable<StoredMessage> {
    return read(this.connection, options);
  }

  /** The messages and whatever comes after them, in batches; see {@link follow}. */
  follow(options: FollowOptions): AsyncIterable<Followed> {
    return follow(this.connection, options);
  }

  /** The last message that a filter selects; see {@link lastStored}. */
  last(stream: StreamName, filter: string): Promise<StoredMessage | undefined> {
    return lastStored(this.connection.nc, stream, filter, ACK_TIMEOUT_MS);
  }

  /** The first message of a subject; see {@link firstStored}. */
  first(stream: StreamName, subject: string): Promise<StoredMessage | undefined> {
    return firstStored(this.connection.nc, stream, subject, ACK_TIMEOUT_MS);
  }

  /** The message at a place of a stream; see {@link storedAt}. */
  at(stream: StreamName, sequence: number): Promise<StoredMessage | undefined> {
    return storedAt(this.connection.nc, stream, sequence, ACK_TIMEOUT_MS);
  }

  /** The last sequence of a stream, 0 for none. */
  lastSequence(stream: StreamName): Promise<number> {
    return lastSequence(this.connection, stream);
  }

  /** Which stream this is, and its last sequence. */
  identity(stream: StreamName): Promise<StreamIdentity> {
    return streamIdentity(this.connection, stream);
  }

  /** Appends an agent's output to LOGS; see {@link appendLog}. Never throws. */
  appendLog(
    subject: string,
    lines: readonly LogLine[],
    options: LogOptions,
  ): Promise<AppendResult> {
    return this.logAppends.counted(appendLog(this.connection.nc, subject, lines, options));
  }

  /** Puts what does not parse on EVENTS_DLQ, once; see {@link deadLetter}. Never throws. */
  deadLetter(message: RawMessage, reason: string, stream: StreamName = 'EVENTS') {
    return deadLetter(this.connection.nc, stream, message, reason);
  }
}
