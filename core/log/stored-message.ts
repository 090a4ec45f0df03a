import { Match, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { MAX_PAYLOAD } from '../../schemas/limits.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';

/** A message as it stands in a stream. */
export type StoredMessage = Readonly<RawMessage>;

/** A message of the client; reading its headers may throw. */
interface WithHeaders {
  readonly headers?: MsgHdrs | undefined;
}

/** A message that a pull consumer delivered, and what its reply subject tells about it. */
export class DeliveredMessage implements StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  /** Counts from 1 in its consumer: a gap means that one was lost on the way. */
  readonly delivery: number;
  /** Messages of the filter that came after it when it was sent. */
  readonly pending: number;
  readonly #message: Msg;
  readonly #nanos: string;
  readonly #headersOnly: boolean;

  /**
   * The reply subject is `$JS.ACK.<stream>.<consumer>.<tries>.<sequence>.<delivery>.<nanoseconds>.
   * <pending>`, since ADR-15 with `<domain>.<account>` before the stream and a token at the end.
   *
   * @param headersOnly the consumer asked for no payloads: then the server says how large they are
   */
  constructor(message: Msg, headersOnly = false) {
    const tokens = (message.reply ?? '').split('.');
    const tries = tokens.length > 9 ? 6 : 4;
    this.subject = message.subject;
    this.sequence = Number(tokens[tries + 1]);
    this.delivery = Number(tokens[tries + 2]);
    this.pending = Number(tokens[tries + 4]);
    this.#nanos = tokens[tries + 3] ?? '0';
    this.#message = message;
    this.#headersOnly = headersOnly;
  }

  get payload(): Uint8Array {
    return this.#message.data;
  }

  get size(): number {
    return sizeOfMessage(this.#message) + (this.#headersOnly ? withheldBytes(this.#message) : 0);
  }

  get time(): Date {
    return new Date(Number(this.#nanos.slice(0, -6)));
  }

  header(name: string): string | undefined {
    return headerOf(this.#message, name);
  }
}

/**
 * Bytes of subject, headers and payload, as they came over the wire, readable or not. The client
 * counts the reply subject too, which is of this delivery alone.
 */
function sizeOfMessage(message: Msg): number {
  // The client's class has it, its type does not say so.
  const { reply = '' } = message;
  return (message as Msg & { size(): number }).size() - Buffer.byteLength(reply);
}

/**
 * Bytes of the payload that was not sent, as the server says in a header of its own; a publisher may
 * have written some of that name too, so the largest counts. Where the client cannot read the headers,
 * as large as a message can be.
 */
function withheldBytes(message: Msg): number {
  const headers = readableHeaders(message);
  if (headers === undefined) return MAX_PAYLOAD;
  const stated = headers.values('Nats-Msg-Size', Match.IgnoreCase).map(Number);
  return Math.max(0, ...stated.filter(Number.isSafeInteger));
}

/**
 * A header by lower-case name; most of ours are written so, the broker's own are not. The broker
 * stores any bytes as headers: of those that the client cannot read there is none.
 */
export function headerOf(message: WithHeaders, name: string): string | undefined {
  const headers = readableHeaders(message);
  if (headers === undefined) return undefined;
  const value = headers.has(name) ? headers.get(name) : headers.get(name, Match.IgnoreCase);
  return value === '' ? undefined : value;
}

/** Headers of a message, and undefined where it has none, or none that the client can read. */
export function readableHeaders(message: WithHeaders): MsgHdrs | undefined {
  try {
    return message.headers;
  } catch {
    // The client decodes headers at the first look, and throws at a name or value that it refuses to write.
    return undefined;
  }
}
