import { orAborted } from './or-aborted.ts';

interface Waiter {
  holds: () => boolean;
  resolve: () => void;
}

/**
 * Tells those who wait that something has changed. No change is missed: read `count`, then look, then
 * wait for more than that. Nobody is kept who has given up.
 *
 * @example
 * await changes.until(() => this.sequence >= wanted, signal);
 */
export class ChangeSignal {
  readonly #waiters = new Set<Waiter>();
  #count = 0;
  #closed = false;

  /** How many changes there were; to be read before looking. */
  get count(): number {
    return this.#count;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Something has changed. */
  changed(): void {
    this.#count += 1;
    for (const waiter of this.#waiters) if (this.#isOver(waiter)) waiter.resolve();
  }

  /** Nothing changes any more: everybody who waits, or ever will, is let go. */
  close(): void {
    this.#closed = true;
    this.changed();
  }

  /** Resolves when there were more changes than `count`, or there will be none; rejects as the signal aborts. */
  since(count: number, signal?: AbortSignal): Promise<void> {
    return this.until(() => this.#count !== count, signal);
  }

  /**
   * Resolves when `holds` does, which is asked now and after each change, or when there will be none;
   * rejects with the signal's reason as that aborts.
   */
  async until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { holds, resolve };
    if (this.#isOver(waiter)) return;
    this.#waiters.add(waiter);
    try {
      await orAborted(promise, signal);
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  #isOver({ holds }: Waiter): boolean {
    return this.#closed || holds();
  }
}
