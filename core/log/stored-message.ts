import type { Msg } from '@nats-io/transport-node';
import { MAX_PAYLOAD } from '../../schemas/limits.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';
import { deliveryOf, deliveryTokens, sequenceOf } from './delivery-tokens.ts';
import { exactTime } from './exact-time.ts';
import type { StoredRecord } from './last.ts';
import { headerBytes, headersOf, type ReadHeaders, wireSize } from './read-headers.ts';

/** A message as it stands in a stream. */
export interface StoredMessage extends Readonly<RawMessage> {
  /** The same byte for byte; absent where it comes from no stream. */
  record?(): StoredRecord;
}

/** A message that a pull consumer delivered, and what its reply subject tells about it. */
export class DeliveredMessage implements StoredMessage {
  readonly subject: string;
  readonly #message: Msg;
  readonly #delivered: readonly string[];
  readonly #headersOnly: boolean;
  /** Read at the first question; null before that. */
  #headers: ReadHeaders | undefined | null = null;

  /** @param headersOnly the consumer asked for no payloads: then the server says how large they are */
  constructor(message: Msg, headersOnly = false) {
    this.subject = message.subject;
    this.#delivered = deliveryTokens(message.reply ?? '');
    this.#message = message;
    this.#headersOnly = headersOnly;
  }

  get sequence(): number {
    return sequenceOf(this.#delivered);
  }

  /** Counts from 1 in its consumer: a gap means that one was lost on the way. */
  get delivery(): number {
    return deliveryOf(this.#delivered);
  }

  /** Messages of the filter that came after it when it was sent. */
  get pending(): number {
    return Number(this.#delivered[8]);
  }

  get time(): Date {
    return new Date(Number((this.#delivered[7] ?? '0').slice(0, -6)));
  }

  get payload(): Uint8Array {
    return this.#message.data;
  }

  /** As they came over the wire, readable or not, but for the reply subject: that is of this delivery alone. */
  get size(): number {
    const sent = wireSize(this.#message) - Buffer.byteLength(this.#message.reply ?? '');
    return sent + (this.#headersOnly ? this.#withheldBytes() : 0);
  }

  record(): StoredRecord {
    const { subject, sequence, payload } = this;
    return {
      sequence,
      subject,
      time: exactTime(this.#delivered[7] ?? '0'),
      headers: Buffer.from(headerBytes(this.#message)),
      payload: Buffer.from(payload),
    };
  }

  header(name: string): string | undefined {
    return this.#read()?.first(name) || undefined;
  }

  #read(): ReadHeaders | undefined {
    if (this.#headers === null) this.#headers = headersOf(this.#message);
    return this.#headers;
  }

  /**
   * Bytes of the payload that was not sent, as the server says in a header of its own; a publisher may
   * have written some of that name too, so the largest counts. Where the headers cannot be read, as
   * large as a message can be.
   */
  #withheldBytes(): number {
    const headers = this.#read();
    if (headers === undefined) return MAX_PAYLOAD;
    return Math.max(0, ...headers.all('nats-msg-size').map(Number).filter(Number.isSafeInteger));
  }
}
