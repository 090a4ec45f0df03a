import { AckPolicy, type ConsumerConfig, DeliverPolicy } from '@nats-io/jetstream';
import {
  createInbox,
  type Msg,
  type NatsConnection,
  nanos,
  nuid,
  type Subscription,
} from '@nats-io/transport-node';
import type { StreamName } from '../../schemas/subjects.ts';
import type { LogConnection } from './connection.ts';
import { headerOf, statusOf } from './read-headers.ts';
import { DeliveredMessage } from './stored-message.ts';

/** Which messages of a stream are read. */
export interface Selection {
  /** A subject with wildcards, or several that do not overlap; all of the stream without. */
  filter?: string | readonly string[] | undefined;
  /** Without payloads; their sizes are told all the same. */
  headersOnly?: boolean | undefined;
}

export type Start = { sequence: number } | { time: Date };

export interface Taken {
  messages: DeliveredMessage[];
  /** The server said that there is nothing more at the moment. */
  idle: boolean;
  /** Why nothing more comes of this session: open another after the last message. */
  lost: string | undefined;
}

/** Messages asked for at once; more are asked for when half of them came and were taken. */
const PULL_MESSAGES = 2_000;
const PULL_BYTES = 32 * 1024 * 1024;
const PULL_EXPIRES_MS = 60_000;

/**
 * What the server says (409) of a pull that came to its end: no room for the next message, or, since
 * a pull has a limit in bytes, all the messages that it asked for.
 */
const PULL_ENDED = /maxbytes|batch completed/i;

/** While nothing comes the server says so this often; a silence of two and a half is a loss. */
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 2.5 * HEARTBEAT_MS;

/** A consumer of nobody goes away by itself after this long. */
const INACTIVE_MS = 30_000;

/**
 * One ephemeral consumer without acknowledgements, read by pulls: in order, without gap, until it
 * is lost. Pulls are sent as messages are taken, so a slow reader holds the server back.
 *
 * Not the client's ordered consumer: that hands out one message a promise, has no back-pressure
 * with a callback, and keeps its own resumption to itself. Here loss is a value and `follow`
 * resumes from the last sequence whatever the reason was.
 */
export class PullSession {
  /** Messages of the filter between the start and the end of the stream when it was opened. */
  readonly pending: number;
  readonly #nc: NatsConnection;
  readonly #headersOnly: boolean;
  readonly #pullSubject: string;
  readonly #deleteSubject: string;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #unwatch: () => void;
  #buffer: DeliveredMessage[] = [];
  #outstanding = 0;
  #delivered = 0;
  #idle = false;
  #lost: string | undefined;
  #wake: (() => void) | undefined;

  private constructor(
    connection: LogConnection,
    stream: StreamName,
    name: string,
    pending: number,
    headersOnly: boolean,
  ) {
    const { nc } = connection;
    this.pending = pending;
    this.#headersOnly = headersOnly;
    this.#nc = nc;
    this.#pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    this.#deleteSubject = `$JS.API.CONSUMER.DELETE.${stream}.${name}`;
    this.#inbox = createInbox(connection.inboxPrefix);
    this.#subscription = nc.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (error) this.#lose(error.message);
        else this.#receive(message);
      },
    });
    // The consumer lives in the server's memory: after a disconnect it may be gone without a word.
    this.#unwatch = connection.onDisconnect(() => this.#lose('disconnected'));
  }

  static async open(
    connection: LogConnection,
    stream: StreamName,
    start: Start,
    selection: Selection = {},
  ): Promise<PullSession> {
    const jsm = await connection.jsm();
    const name = nuid.next();
    const info = await jsm.consumers.add(stream, consumerConfig(name, start, selection));
    const headersOnly = selection.headersOnly ?? false;
    return new PullSession(connection, stream, name, info.num_pending, headersOnly);
  }

  /** Everything that came since the last call; waits where that is nothing. */
  async take(): Promise<Taken> {
    if (this.#buffer.length === 0) this.#pull();
    if (this.#buffer.length === 0 && this.#lost === undefined) await this.#arrival();
    const taken = { messages: this.#buffer, idle: this.#idle, lost: this.#lost };
    this.#buffer = [];
    this.#idle = false;
    this.#pull();
    return taken;
  }

  /** Ends it here and on the server. */
  close(): void {
    this.#lose('closed');
    // Without an answer: where this is lost, the server removes the consumer by itself.
    if (!this.#nc.isClosed()) this.#nc.publish(this.#deleteSubject);
  }

  #receive(message: Msg): void {
    if (message.subject === this.#inbox) this.#receiveStatus(message);
    else this.#receiveMessage(new DeliveredMessage(message, this.#headersOnly));
  }

  #receiveMessage(message: DeliveredMessage): void {
    if (this.#lost !== undefined) return;
    const { delivery } = message;
    if (delivery !== this.#delivered + 1) {
      this.#lose('a message is missing');
      return;
    }
    this.#delivered = delivery;
    this.#outstanding -= 1;
    this.#buffer.push(message);
    this.#notify();
  }

  /** 100: a heartbeat; 404, 408 and some of 409 end one pull; anything else the session. */
  #receiveStatus(message: Msg): void {
    const { code, description } = statusOf(message);
    const pullEnded = code === 404 || code === 408 || PULL_ENDED.test(description);
    if (code === 100) this.#receiveHeartbeat(Number(headerOf(message, 'nats-last-consumer') ?? 0));
    else if (pullEnded)
      this.#outstanding -= Number(headerOf(message, 'nats-pending-messages') ?? 0);
    else this.#lose(`${code} ${description}`);
    this.#notify();
  }

  #receiveHeartbeat(delivered: number): void {
    if (delivered === this.#delivered) this.#idle = this.#buffer.length === 0;
    else this.#lose('a message is missing');
  }

  #pull(): void {
    if (this.#lost !== undefined || this.#outstanding > PULL_MESSAGES / 2) return;
    this.#outstanding += PULL_MESSAGES;
    const request = {
      batch: PULL_MESSAGES,
      max_bytes: Math.max(PULL_BYTES, 2 * (this.#nc.info?.max_payload ?? 0)),
      expires: nanos(PULL_EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    try {
      this.#nc.publish(this.#pullSubject, JSON.stringify(request), { reply: this.#inbox });
    } catch (error) {
      this.#lose(String(error));
    }
  }

  async #arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(() => this.#lose('silence'), SILENCE_MS);
    await promise;
    clearTimeout(timer);
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    this.#subscription.unsubscribe();
    this.#unwatch();
    this.#notify();
  }
}

function consumerConfig(
  name: string,
  start: Start,
  { filter, headersOnly }: Selection,
): Partial<ConsumerConfig> {
  return {
    name,
    ack_policy: AckPolicy.None,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(INACTIVE_MS),
    ...(typeof filter === 'string' && { filter_subject: filter }),
    ...(typeof filter === 'object' && { filter_subjects: [...filter] }),
    ...(headersOnly && { headers_only: true }),
    ...('sequence' in start
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, start.sequence) }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.time.toISOString() }),
  };
}
