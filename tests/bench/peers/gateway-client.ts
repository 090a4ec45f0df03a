import { randomUUID } from 'node:crypto';

/** A frame of the protocol, version 4 (`openclaw/docs/gateway/protocol/transport.md`). */
interface Frame {
  type: 'event' | 'res';
  id?: string;
  event?: string;
  ok?: boolean;
  payload?: Payload;
  error?: { code?: string; message?: string };
}

export interface Payload {
  status?: string;
  runId?: string;
  state?: string;
  stream?: string;
  data?: { text?: string };
  messages?: { role: string; content: unknown }[];
}

type Listener = (event: string, payload: Payload) => void;

/** A connection to OpenClaw's gateway, as its own backend makes them: on loopback, by its token. */
export class GatewayClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, PromiseWithResolvers<Payload>>();
  readonly #listeners = new Set<Listener>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data))));
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the gateway has gone'));
      this.#waiting.clear();
    });
  }

  /** Resolves when the gateway takes requests; undefined where it does not yet. */
  static async connect(port: number, token: string): Promise<GatewayClient | undefined> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const client = new GatewayClient(socket);
    const { promise: challenged, resolve, reject } = Promise.withResolvers<void>();
    client.on((event) => event === 'connect.challenge' && resolve());
    socket.addEventListener('error', () => reject(new Error('no gateway')));
    socket.addEventListener('close', () => reject(new Error('no gateway')));
    try {
      await challenged;
      await client.request('connect', {
        minProtocol: 4,
        maxProtocol: 4,
        client: { id: 'gateway-client', version: '1.0.0', platform: 'linux', mode: 'backend' },
        role: 'operator',
        scopes: ['operator.read', 'operator.write'],
        caps: [],
        auth: { token },
      });
      return client;
    } catch {
      // It listens before it takes requests, and refuses them till then.
      socket.close();
      return undefined;
    }
  }

  on(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** Resolves with the last reply to it: a run that is accepted is replied to twice. */
  async request(method: string, params: object): Promise<Payload> {
    const id = randomUUID();
    const reply = Promise.withResolvers<Payload>();
    this.#waiting.set(id, reply);
    this.#socket.send(JSON.stringify({ type: 'req', id, method, params }));
    return reply.promise;
  }

  close(): void {
    this.#socket.close();
  }

  #take(frame: Frame): void {
    const { type, event, payload = {} } = frame;
    if (type === 'event') {
      for (const listener of this.#listeners) listener(event ?? '', payload);
      return;
    }
    if (frame.ok && payload.status === 'accepted') return;
    const reply = this.#waiting.get(frame.id ?? '');
    this.#waiting.delete(frame.id ?? '');
    if (frame.ok) reply?.resolve(payload);
    else reply?.reject(new Error(frame.error?.message ?? 'refused'));
  }
}
