import type { NatsConnection } from '@nats-io/transport-node';

/** Whether a connection stands, as its status events tell. */
export class ConnectionWatch {
  /** Resolves when the connection was closed for good and every listener was told. */
  readonly ended: Promise<void>;
  #connected = true;
  readonly #breaks = new Set<() => void>();
  readonly #returns = new Set<() => void>();

  constructor(nc: NatsConnection) {
    this.ended = this.#watch(nc);
  }

  /** Calls `listener` whenever the connection breaks or closes; returns how to stop that. */
  onDisconnect(listener: () => void): () => void {
    this.#breaks.add(listener);
    return () => this.#breaks.delete(listener);
  }

  /** Whether the connection stands, waiting for that up to so many milliseconds. */
  async connected(withinMs: number): Promise<boolean> {
    if (this.#connected || withinMs <= 0) return this.#connected;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#returns.add(resolve);
    const timer = setTimeout(resolve, withinMs);
    await promise;
    clearTimeout(timer);
    this.#returns.delete(resolve);
    return this.#connected;
  }

  async #watch(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect' || type === 'close') this.#tell(false, this.#breaks);
      if (type === 'reconnect') this.#tell(true, this.#returns);
    }
  }

  #tell(connected: boolean, listeners: Set<() => void>): void {
    this.#connected = connected;
    for (const listener of [...listeners]) listener();
  }
}
