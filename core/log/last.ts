import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { NO_STREAM, readError } from './read-error.ts';
import { readHeaders } from './read-headers.ts';
import { UNSETTLED } from './server-errors.ts';
import type { StoredMessage } from './stored-message.ts';

/**
 * The last message of a stream that a filter (wildcards allowed) selects: one round trip to the
 * stream's leader, no consumer. Throws ORC_NOT_REACHABLE and ORC_NO_STREAM.
 *
 * Not by direct get (NATS ADR-31), which any replica answers, also one that lags behind: who has
 * written may not find it (docs/decisions/0097-reads-of-ones-own-writes.md). Its answer says sequence,
 * subject and time in headers beside those of the message, where a publisher can have written some of
 * the same name; and of headers that the client cannot read it ends the connection. This answer is
 * JSON of the server alone.
 */
export function lastMessage(
  nc: NatsConnection,
  stream: string,
  filter: string,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  return getMessage(nc, stream, { last_by_subj: filter }, timeoutMs);
}

/** The first message that a filter selects, of those at or behind a place. Throws as above. */
export function firstMessage(
  nc: NatsConnection,
  stream: string,
  filter: string,
  timeoutMs: number,
  from = 1,
): Promise<FoundMessage | undefined> {
  return getMessage(nc, stream, { seq: from, next_by_subj: filter }, timeoutMs);
}

/** The message at a place of a stream, undefined where none is (any more). Throws as above. */
export function messageAt(
  nc: NatsConnection,
  stream: string,
  sequence: number,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  return getMessage(nc, stream, { seq: sequence }, timeoutMs);
}

/** The same as it is kept, byte for byte. */
export function recordAt(
  nc: NatsConnection,
  stream: string,
  sequence: number,
  timeoutMs: number,
): Promise<StoredRecord | undefined> {
  return getRecord(nc, stream, { seq: sequence }, timeoutMs);
}

/** A message as its stream keeps it. */
export interface StoredRecord {
  sequence: number;
  subject: string;
  /** When the broker stored it, as it says it: RFC 3339 with nanoseconds. */
  time: string;
  /** The whole block, readable or not; empty for none. */
  headers: Buffer;
  payload: Buffer;
}

/** A message that was looked up. */
export interface FoundMessage extends StoredMessage {
  /**
   * Where the server took it from, where its stream sources others: `<stream> <sequence> …`. The
   * server writes that header last and refuses it from anybody else (10227); the same in small letters, which it
   * stores as it came, is not looked at.
   */
  readonly source: string | undefined;
}

/** JetStream API, `io.nats.jetstream.api.v1.stream_msg_get_response`. */
interface Found {
  error?: { err_code: number; description: string };
  message?: { subject: string; seq: number; time: string; hdrs?: string; data?: string };
}

const SOURCE_NAME = '\r\nNats-Stream-Source:';
const SOURCE = new RegExp(`${SOURCE_NAME}[^\\r\\n]*`, 'g');

/** The server's code for no such message (nats-server, server/errors.json). */
const NO_MESSAGE = 10037;

interface Wanted {
  last_by_subj?: string;
  seq?: number;
  next_by_subj?: string;
}

async function getMessage(
  nc: NatsConnection,
  stream: string,
  wanted: Wanted,
  timeoutMs: number,
): Promise<FoundMessage | undefined> {
  const record = await getRecord(nc, stream, wanted, timeoutMs);
  return record && foundMessage(record);
}

async function getRecord(
  nc: NatsConnection,
  stream: string,
  wanted: Wanted,
  timeoutMs: number,
): Promise<StoredRecord | undefined> {
  const reply = await nc
    .request(`$JS.API.STREAM.MSG.GET.${stream}`, JSON.stringify(wanted), { timeout: timeoutMs })
    .catch((error: unknown) => {
      throw readError(error);
    });
  const { error, message }: Found = reply.json();
  if (error?.err_code === NO_MESSAGE) return undefined;
  if (error?.err_code === NO_STREAM) throw new OrchestratorError('ORC_NO_STREAM');
  if (error !== undefined && UNSETTLED.has(error.err_code)) {
    throw new OrchestratorError('ORC_NOT_REACHABLE', `${stream}: ${error.description}`);
  }
  if (message === undefined) {
    throw new OrchestratorError('ORC_INTERNAL', `${stream}: ${error?.description}`);
  }
  return {
    sequence: message.seq,
    subject: message.subject,
    time: message.time,
    headers: Buffer.from(message.hdrs ?? '', 'base64'),
    payload: Buffer.from(message.data ?? '', 'base64'),
  };
}

/** A message of what is kept of it. */
export function foundMessage(record: StoredRecord): FoundMessage {
  const { sequence, subject, time, headers: bytes, payload } = record;
  const block = bytes.toString();
  const headers = readHeaders(block);
  return {
    source: block.match(SOURCE)?.at(-1)?.slice(SOURCE_NAME.length).trim(),
    sequence,
    subject,
    time: new Date(time),
    size: Buffer.byteLength(subject) + bytes.length + payload.length,
    payload,
    header: (name) => headers?.first(name) || undefined,
    record: () => record,
  };
}
