import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Begun } from '../voice/quick-way.ts';

/** Begins a call of `orchestrator` by its arguments and environment; undefined where Node is to do it. */
export type BeginCall = (
  args: readonly string[],
  env: Record<string, string | undefined>,
) => Begun | undefined;

/** How long a connection may take to say what it wants. */
const REQUEST_MS = 2_000;

/** Bytes of a request; Linux takes about 2 MiB of arguments. */
const MAX_REQUEST = 4 * 1024 * 1024;

/** An agent calls a few times at once. */
const MAX_CONNECTIONS = 64;

/** What a request holds before the arguments, in the order in which ask-host.sh sends it. */
const VARIABLES = [
  'ORCHESTRATOR_AGENT_ID',
  'ORCHESTRATOR_NATS_URL',
  'ORCHESTRATOR_CREDS',
  'ORCHESTRATOR_ALLOWED_TOOLS',
] as const;

/**
 * Where the shell of an agent's `orchestrator` has its host do a call: on loopback, with a secret that
 * is in the environment of the agent's CLI alone. The host tells the call's id, waits for `go`, and
 * does it; whatever happens to either, the caller can go on under the same id, or knows that nothing
 * was done (docs/decisions/0094-the-host-does-its-agents-calls.md).
 */
export class CallPort {
  /** For the secret filter of the host's log. */
  readonly secret = randomBytes(16).toString('hex');
  readonly #begin: BeginCall;
  readonly #server: Server;
  readonly #port: number;

  private constructor(begin: BeginCall, server: Server, port: number) {
    this.#begin = begin;
    this.#server = server;
    this.#port = port;
    server.on('connection', (socket) => void this.#serve(socket));
  }

  /** Undefined where there is no loopback: calls are done by Node then. */
  static async open(begin: BeginCall): Promise<CallPort | undefined> {
    const server = createServer({ noDelay: true });
    server.maxConnections = MAX_CONNECTIONS;
    const listening = Promise.withResolvers<boolean>();
    server.on('error', () => listening.resolve(false));
    server.listen(0, '127.0.0.1', () => listening.resolve(true));
    // Nothing of it keeps the host alive.
    server.unref();
    const address = (await listening.promise) ? server.address() : null;
    if (address === null || typeof address === 'string') return undefined;
    return new CallPort(begin, server, address.port);
  }

  /** What the CLI has in its environment. */
  get environment(): Record<string, string> {
    return { ORCHESTRATOR_HOST: `${this.#port}/${this.secret}` };
  }

  close(): void {
    this.#server.close();
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const late = setTimeout(() => socket.destroy(), REQUEST_MS);
    const requests = new Requests(socket);
    try {
      const request = await requests.first();
      if (request === undefined || !this.#isSecret(request.secret)) return;
      const call = this.#begin(request.args, request.env);
      if (call === undefined) return;
      const { id, at } = call.begun;
      socket.write(`begun ${id} ${at.toISOString()}\n`);
      if (!(await requests.go())) return;
      clearTimeout(late);
      const tell = (kind: string) => (text: string) => {
        const lines = text.replace(/\n$/, '').split('\n');
        socket.write(lines.map((line) => `${kind} ${line}\n`).join(''));
      };
      if (await call.finish({ err: tell('err'), out: tell('out') })) socket.write('done\n');
    } finally {
      clearTimeout(late);
      socket.end();
    }
  }

  #isSecret(secret: string): boolean {
    const [given, own] = [Buffer.from(secret), Buffer.from(this.secret)];
    return given.length === own.length && timingSafeEqual(given, own);
  }
}

interface Request {
  secret: string;
  env: Record<string, string>;
  args: string[];
}

/** What a connection says: a request, and `go`. */
class Requests {
  #bytes: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.on('data', (bytes) => {
      this.#bytes.push(bytes);
      this.#size += bytes.length;
      if (this.#size > MAX_REQUEST) socket.destroy();
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end).on('close', end);
  }

  /** Undefined where the connection ends before. */
  async first(): Promise<Request | undefined> {
    for (;;) {
      const fields = this.#text().split('\0');
      const [secret = '', ...rest] = fields;
      const count = Number(rest[VARIABLES.length]);
      // Behind the last field stands a NUL, and behind that nothing yet.
      if (rest.length > VARIABLES.length + 1 + count) return request(secret, rest, count);
      if (this.#ended) return undefined;
      await this.#more();
    }
  }

  /** False where the connection ends before. */
  async go(): Promise<boolean> {
    while (!this.#text().endsWith('\0go\n')) {
      if (this.#ended) return false;
      await this.#more();
    }
    return !this.#ended;
  }

  /** A text that is no UTF-8 has the replacement character, with which no call is plain. */
  #text(): string {
    return Buffer.concat(this.#bytes).toString();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function request(secret: string, rest: readonly string[], count: number): Request {
  const values = VARIABLES.map((name, at): [string, string] => [name, rest[at] ?? '']);
  const begin = VARIABLES.length + 1;
  // A variable that is empty counts as one that is not set.
  return { secret, env: Object.fromEntries(values), args: rest.slice(begin, begin + count) };
}
