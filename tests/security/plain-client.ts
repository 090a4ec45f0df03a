import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { jwtAuthenticator } from '../../core/log/jwt-authenticator.ts';

/** A message as it came over the wire. */
export interface Heard {
  subject: string;
  /** Where an answer is wanted; empty where nowhere. */
  reply: string;
  /** With the line `NATS/1.0 …`; empty where there are none. */
  headers: string;
  payload: string;
}

export interface Publish {
  subject: string;
  reply?: string | undefined;
  /** The whole block of headers, as bytes that no client library has looked at; see {@link block}. */
  headers?: string | undefined;
  body?: string | undefined;
}

const CRLF = '\r\n';

/** A block of headers with these lines; the first line may have a status (`NATS/1.0 100 Idle`). */
export const block = (lines: readonly string[], first = 'NATS/1.0'): string =>
  `${[first, ...lines].join(CRLF)}${CRLF}${CRLF}`;

/**
 * NATS spoken by hand (docs.nats.io, "Client Protocol"): whoever holds a credential needs no client
 * library, and a library refuses much of what a server takes.
 */
export class PlainClient {
  readonly heard: Heard[] = [];
  /** What the server refused (`-ERR`), in order. */
  readonly refused: string[] = [];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #input = Buffer.alloc(0);
  #pongs: (() => void)[] = [];
  #subscriptions = 0;
  #challenged = Promise.withResolvers<string>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#challenged.reject(new Error('the server closed the connection'));
        for (const pong of this.#pongs.splice(0)) pong();
        resolve();
      });
    });
  }

  /** `url` is `nats://host:port` or without the scheme, `creds` the text of a credentials file. */
  static async connect(url: string, creds: string): Promise<PlainClient> {
    const { hostname, port } = new URL(url.includes('://') ? url : `nats://${url}`);
    const client = new PlainClient(connect(Number(port), hostname));
    await client.#authenticate(creds);
    return client;
  }

  /** The JWT and the seed in a credentials file. */
  static partsOf(creds: string): (string | undefined)[] {
    return [...creds.matchAll(/-{3,}BEGIN[^\n]*\n\s*(\S+)\s*\n/g)].map((part) => part[1]);
  }

  async #authenticate(creds: string): Promise<void> {
    const [jwt = '', seed = ''] = PlainClient.partsOf(creds);
    const answer = jwtAuthenticator({ jwt, seed })(await this.#challenged.promise);
    const options = {
      ...answer,
      verbose: false,
      pedantic: false,
      headers: true,
      no_responders: true,
    };
    this.send(
      `CONNECT ${JSON.stringify({ ...options, protocol: 1, lang: 'hand', version: '1' })}${CRLF}`,
    );
    await this.flush();
  }

  /** Bytes as they are. */
  send(text: string): void {
    this.#socket.write(text);
  }

  publish({ subject, reply = '', headers, body = '' }: Publish): void {
    const to = `${subject}${reply === '' ? '' : ` ${reply}`}`;
    const [head, rest] = [Buffer.byteLength(headers ?? ''), Buffer.byteLength(body)];
    if (headers === undefined) this.send(`PUB ${to} ${rest}${CRLF}${body}${CRLF}`);
    else this.send(`HPUB ${to} ${head} ${head + rest}${CRLF}${headers}${body}${CRLF}`);
  }

  /** All of them in one piece: a system call for each would cost more than the message. */
  publishAll(publishes: readonly Publish[]): void {
    this.#socket.cork();
    for (const publish of publishes) this.publish(publish);
    this.#socket.uncork();
  }

  subscribe(subject: string): void {
    this.#subscriptions += 1;
    this.send(`SUB ${subject} ${this.#subscriptions}${CRLF}`);
  }

  /** Resolves when the server has taken everything that was sent before, or has closed. */
  flush(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pongs.push(resolve);
    this.send(`PING${CRLF}`);
    return promise;
  }

  /** Resolves when it is so, as of what was heard; rejects after so long, or when it is closed. */
  async until(isSo: () => boolean, withinMs: number): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    while (!isSo()) await once(this.#socket, 'data', { signal });
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  #take(bytes: Buffer): void {
    this.#input = Buffer.concat([this.#input, bytes]);
    while (this.#takeOne());
  }

  /** Takes one message of the protocol; false where it has not come whole. */
  #takeOne(): boolean {
    const end = this.#input.indexOf(CRLF);
    if (end < 0) return false;
    const line = this.#input.toString('utf8', 0, end);
    const [word = '', ...rest] = line.split(' ');
    if (word === 'MSG' || word === 'HMSG') return this.#takeMessage(word, rest, end + 2);
    this.#input = this.#input.subarray(end + 2);
    if (word === 'INFO') this.#challenged.resolve(JSON.parse(rest.join(' ')).nonce ?? '');
    else if (word === 'PING') this.send(`PONG${CRLF}`);
    else if (word === 'PONG') this.#pongs.shift()?.();
    else if (word === '-ERR') this.refused.push(rest.join(' '));
    return true;
  }

  /** `MSG <subject> <sid> [reply] <bytes>`, `HMSG <subject> <sid> [reply] <header bytes> <bytes>`. */
  #takeMessage(word: string, rest: string[], start: number): boolean {
    const size = Number(rest.at(-1));
    if (this.#input.length < start + size + 2) return false;
    const head = word === 'HMSG' ? Number(rest.at(-2)) : 0;
    const text = (from: number, to: number) =>
      this.#input.toString('utf8', start + from, start + to);
    const reply = rest.length > (word === 'HMSG' ? 4 : 3) ? (rest[2] ?? '') : '';
    const [headers, payload] = [text(0, head), text(head, size)];
    this.heard.push({ subject: rest[0] ?? '', reply, headers, payload });
    this.#input = this.#input.subarray(start + size + 2);
    return true;
  }
}
