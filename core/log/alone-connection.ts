import { randomBytes, randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { serverUrls } from '../../schemas/server-urls.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { headerBlock } from './header-lines.ts';
import { jwtAuthenticator } from './jwt-authenticator.ts';
import type { Outgoing } from './outgoing.ts';

export interface AloneOptions {
  /**
   * Only of the form `nats://host:port` or `host:port`, several separated by commas: anything else
   * comes to nothing.
   */
  url: string;
  credentials: Credentials;
  /** Shown in the server's list of connections. */
  name: string;
  /** First token of the inbox. */
  inboxPrefix: string;
  /** Milliseconds for all of it, unless {@link AloneConnection.allow} gives it more. */
  withinMs: number;
}

/** A message as the server hands it over. */
export interface Frame {
  subject: string;
  /** The header block as it is; empty without. */
  headers: string;
  payload: Buffer;
  /** Where an answer would go; of a message of a consumer it tells what place it has. */
  reply: string;
}

const PLAIN_URL = /^(?:nats:\/\/)?([\w.-]+):(\d{1,4}|[1-5]\d{4})$/;

/**
 * A connection for one call, without the client, whose loading takes longer than the call
 * (docs/decisions/0071-a-quick-way.md). It knows what goes well; everything else throws, or comes to
 * undefined, and is left to the client.
 */
export class AloneConnection {
  /** Nobody else can answer there: the name is a secret of this process. */
  readonly inbox: string;
  readonly #socket: Socket;
  readonly #input: Input;
  readonly #maxPayload: number;
  readonly #patience: Patience;
  /** Sent with the first message, in one packet. */
  #hello: string;

  private constructor(
    socket: Socket,
    input: Input,
    own: { inbox: string; hello: string; maxPayload: number; patience: Patience },
  ) {
    this.#socket = socket;
    this.#input = input;
    this.#patience = own.patience;
    this.inbox = own.inbox;
    this.#hello = own.hello;
    this.#maxPayload = own.maxPayload;
  }

  /** What `work` comes to on a connection of its own; undefined where anything is in its way. Never throws. */
  static async use<T>(
    options: AloneOptions,
    work: (connection: AloneConnection) => Promise<T>,
  ): Promise<T | undefined> {
    const urls = serverUrls(options.url);
    // Each of a cluster is the first for as many agents; one that is away is passed over.
    const first = randomInt(urls.length || 1);
    for (const url of [...urls.slice(first), ...urls.slice(0, first)]) {
      const [, host, port] = PLAIN_URL.exec(url) ?? [];
      if (host === undefined) return undefined;
      // Dialled first: the server greets while the credentials are read and the crypto is loaded.
      const socket = connect(Number(port), host);
      const patience = new Patience(socket, options.withinMs / urls.length);
      try {
        return await work(await AloneConnection.#greet(socket, patience, options));
      } catch {
        // Where that server was reached, something may have been sent.
        if (socket.bytesRead > 0) return undefined;
      } finally {
        patience.end();
        socket.destroy();
      }
    }
    return undefined;
  }

  static async #greet(
    socket: Socket,
    patience: Patience,
    { credentials, name, inboxPrefix }: AloneOptions,
  ): Promise<AloneConnection> {
    const input = new Input(socket);
    const authenticate = jwtAuthenticator(readCredentials(credentials));
    const info = greeting(await input.line());
    if (info?.nonce === undefined || info.tls_required) throw new Error('another sort of server');
    const inbox = `${inboxPrefix}.${randomBytes(16).toString('hex')}`;
    const hello = JSON.stringify({ ...CONNECT, name, ...authenticate(info.nonce) });
    return new AloneConnection(socket, input, {
      inbox,
      hello: `CONNECT ${hello}\r\nSUB ${inbox} 1\r\n`,
      maxPayload: info.max_payload ?? 0,
      patience,
    });
  }

  /** Hears a subject too, from the next thing on that is sent. */
  subscribe(subject: string): void {
    this.#hello += `SUB ${subject} 2\r\n`;
  }

  /** Sends it; what answers it comes to the inbox. Throws where it is larger than the server takes. */
  publish(message: Outgoing): void {
    const block = headerBlock(message.headers);
    const size = block.length + message.payload.length;
    if (size > this.#maxPayload) throw new Error('too large');
    const line = `${this.#hello}HPUB ${message.subject} ${this.inbox} ${block.length} ${size}\r\n`;
    this.#hello = '';
    this.#socket.write(Buffer.concat([Buffer.from(line), block, message.payload, END]));
  }

  /** A request; its answer comes to the inbox. */
  request(subject: string, payload = ''): void {
    const line = `${this.#hello}PUB ${subject} ${this.inbox} ${Buffer.byteLength(payload)}\r\n`;
    this.#hello = '';
    this.#socket.write(`${line}${payload}\r\n`);
  }

  /** As long again from now on, whatever there was; milliseconds. */
  allow(ms: number): void {
    this.#patience.renew(ms);
  }

  /** The next message. Throws for whatever else the server says, and where it ends the connection. */
  async next(): Promise<Frame> {
    for (;;) {
      const line = await this.#input.line();
      const [, subject, reply = '', sizes = ''] = MESSAGE.exec(line) ?? [];
      if (subject !== undefined) {
        return { subject, reply, ...(await this.#content(sizes.split(' ').map(Number))) };
      }
      if (line === 'PING') this.#socket.write('PONG\r\n');
      else if (!PASSED_OVER.test(line)) throw new Error(line);
    }
  }

  async #content(sizes: number[]): Promise<Pick<Frame, 'headers' | 'payload'>> {
    const [headerBytes = 0, all = headerBytes] = sizes;
    const isPlain = sizes.length === 1;
    const bytes = await this.#input.bytes(all);
    const at = isPlain ? 0 : headerBytes;
    return {
      headers: bytes.slice(0, at),
      payload: Buffer.from(bytes.slice(at), 'latin1'),
    };
  }
}

const END = Buffer.from('\r\n');

/** NATS client protocol, `CONNECT`. */
const CONNECT = {
  lang: 'node',
  version: '1',
  protocol: 1,
  verbose: false,
  pedantic: false,
  headers: true,
  no_responders: true,
};

/** `MSG <subject> <sid> [reply] <bytes>`, `HMSG <subject> <sid> [reply] <header bytes> <bytes>`. */
const MESSAGE = /^(?:MSG|HMSG) (\S+) \d+ (?:([^\d ]\S*) )?([\d ]+)$/;

/** What the server may say beside messages. */
const PASSED_OVER = /^(INFO |\+OK$|PONG$)/;

interface Greeting {
  nonce?: string;
  tls_required?: boolean;
  max_payload?: number;
}

const greeting = (line: string): Greeting | undefined =>
  line.startsWith('INFO ') ? JSON.parse(line.slice(5)) : undefined;

/** Ends a connection that takes longer. */
class Patience {
  readonly #socket: Socket;
  #timer: NodeJS.Timeout;

  constructor(socket: Socket, ms: number) {
    this.#socket = socket;
    this.#timer = this.#start(ms);
  }

  renew(ms: number): void {
    this.end();
    this.#timer = this.#start(ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#socket.destroy(), ms);
  }
}

/** What the server says, a byte a character. */
class Input {
  #text = '';
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Throws where the connection ends before. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) return this.#take(end);
      await this.#more();
    }
  }

  /** So many bytes, and the line end behind them. */
  async bytes(size: number): Promise<string> {
    while (this.#text.length < size + 2) await this.#more();
    return this.#take(size);
  }

  #take(size: number): string {
    const taken = this.#text.slice(0, size);
    this.#text = this.#text.slice(size + 2);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error('the connection ended');
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
