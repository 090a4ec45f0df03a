import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** A wire between a client and the real server that loses what it is told to; gone with the test. */
export class Wire {
  readonly #port: number;
  readonly #server = createServer((client) => this.#join(client));
  readonly #sockets = new Set<Socket>();
  /** Whether the client is to get what the server says; or only once it got what comes next. */
  passes: (said: string) => boolean | 'after-the-next' = () => true;

  private constructor(port: number) {
    this.#port = port;
  }

  static async to(port: number, t: Pick<ExecutionContext, 'teardown'>): Promise<Wire> {
    const wire = new Wire(port);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    t.teardown(() => {
      wire.cut();
      wire.#server.close();
    });
    return wire;
  }

  get url(): string {
    // It listens on a port, so it has an address of this kind.
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.pipe(server);
    let late: Buffer[] = [];
    server.on('data', (chunk) => {
      const passes = this.passes(chunk.toString());
      if (passes === 'after-the-next') late.push(chunk);
      else if (passes) {
        for (const each of [chunk, ...late]) client.write(each);
        late = [];
      }
    });
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  }
}
