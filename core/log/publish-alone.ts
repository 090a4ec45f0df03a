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
   * comes to `false`.
   */
  url: string;
  credentials: Credentials;
  /** Shown in the server's list of connections. */
  name: string;
  /** First token of the inbox. */
  inboxPrefix: string;
  /** Milliseconds for all of it. */
  withinMs: number;
}

const PLAIN_URL = /^(?:nats:\/\/)?([\w.-]+):(\d{1,4}|[1-5]\d{4})$/;

/**
 * One message into whatever stream takes its subject, on a connection for it alone, without the
 * client, whose loading takes longer than all of this. Resolves with whether the stream said that it
 * stored it just now. `false` says nothing: whatever is not as it should be (no server, other
 * protocol, any error, a duplicate, no answer in time) is left to the client, which publishes again
 * under the same id. Never throws (docs/decisions/0071-a-quick-way.md).
 */
export async function publishAlone(message: Outgoing, options: AloneOptions): Promise<boolean> {
  const urls = serverUrls(options.url);
  // Each of a cluster is the first for as many agents; one that is away is passed over.
  const first = randomInt(urls.length || 1);
  for (const url of [...urls.slice(first), ...urls.slice(0, first)]) {
    const [, host, port] = PLAIN_URL.exec(url) ?? [];
    if (host === undefined) return false;
    const withinMs = options.withinMs / urls.length;
    const stored = await publishAt(Number(port), host, message, { ...options, withinMs });
    if (stored !== undefined) return stored;
  }
  return false;
}

/** Undefined where that server was not to be reached, and so nothing was sent. */
async function publishAt(
  port: number,
  host: string,
  message: Outgoing,
  options: AloneOptions,
): Promise<boolean | undefined> {
  // Dialled first: the server greets while the credentials are read and the crypto is loaded.
  const socket = connect(port, host);
  const late = setTimeout(() => socket.destroy(), options.withinMs);
  try {
    return await publishOn(socket, message, options);
  } catch {
    return socket.bytesRead === 0 ? undefined : false;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

async function publishOn(
  socket: Socket,
  message: Outgoing,
  { credentials, name, inboxPrefix }: AloneOptions,
): Promise<boolean> {
  const lines = new Lines(socket);
  const authenticate = jwtAuthenticator(readCredentials(credentials));
  const info = greeting(await lines.next());
  const block = headerBlock(message.headers);
  const size = block.length + message.payload.length;
  if (info?.nonce === undefined || info.tls_required || size > (info.max_payload ?? 0))
    return false;
  // Nobody else can answer there: the name is a secret of this process.
  const inbox = `${inboxPrefix}.${randomBytes(16).toString('hex')}`;
  const hello = { ...CONNECT, name, ...authenticate(info.nonce) };
  socket.write(
    Buffer.concat([
      Buffer.from(`CONNECT ${JSON.stringify(hello)}\r\nSUB ${inbox} 1\r\n`),
      Buffer.from(`HPUB ${message.subject} ${inbox} ${block.length} ${size}\r\n`),
      block,
      message.payload,
      Buffer.from('\r\n'),
    ]),
  );
  for (;;) {
    const line = await lines.next();
    if (line.startsWith(`MSG ${inbox} `)) return isStored(await lines.next());
    if (line === 'PING') socket.write('PONG\r\n');
    else if (!PASSED_OVER.test(line)) return false;
  }
}

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

/** What the server may say beside an answer. */
const PASSED_OVER = /^(INFO |\+OK$|PONG$)/;

interface Greeting {
  nonce?: string;
  tls_required?: boolean;
  max_payload?: number;
}

const greeting = (line: string): Greeting | undefined =>
  line.startsWith('INFO ') ? JSON.parse(line.slice(5)) : undefined;

/** The reply of a stream (`io.nats.jetstream.api.v1.pub_ack_response`), which is one line. */
function isStored(reply: string): boolean {
  const ack: { seq?: unknown; stream?: unknown; duplicate?: unknown; error?: unknown } =
    JSON.parse(reply);
  const isAck = typeof ack.stream === 'string' && typeof ack.seq === 'number' && ack.seq > 0;
  return isAck && ack.error === undefined && !ack.duplicate;
}

/** What the server says, line by line. */
class Lines {
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
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      if (this.#ended) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
