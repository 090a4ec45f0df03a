import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How a network is cut: packets go nowhere and nobody hears of it, or connections are refused. */
export type Cut = 'silent' | 'refused';

/** A way over the network to one port, which can be cut and mended. */
export class Link {
  readonly #port: number;
  readonly #server = createServer({ pauseOnConnect: true }, (client) => this.#join(client));
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #waiting = new Set<Socket>();
  #cut: Cut | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param at its own port, any without */
  static async to(port: number, at = 0): Promise<Link> {
    const link = new Link(port);
    link.#server.listen(at, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    // It listens on a port, so it has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  cut(how: Cut): void {
    this.#cut = how;
    for (const pair of this.#pairs) {
      for (const socket of pair) how === 'silent' ? socket.pause() : socket.destroy();
    }
  }

  /** What was silent goes on, as TCP sends again what was not acknowledged. */
  mend(): void {
    this.#cut = undefined;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
    for (const client of this.#waiting) this.#dial(client);
    this.#waiting.clear();
  }

  close(): void {
    this.cut('refused');
    for (const client of this.#waiting) client.destroy();
    this.#server.close();
  }

  #join(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#cut === 'refused') client.destroy();
    else if (this.#cut === 'silent') this.#waiting.add(client);
    else this.#dial(client);
  }

  #dial(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const [from, to] of [pair, [server, client] as const]) {
      // Not by `pipe`, which would take up again by itself what is paused here.
      from.on('data', (chunk) => void to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', end);
    }
    client.resume();
  }
}
