import { ChangeSignal } from './change-signal.ts';

/** Work in order within a lane, lanes beside each other. */
export class Lanes {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #changes = new ChangeSignal();
  #size = 0;

  /** How much is in hand, waiting or begun. */
  get size(): number {
    return this.#size;
  }

  /** Does the work after everything of its lane. It must not reject. */
  add(lane: string, work: () => Promise<void>): void {
    this.#size += 1;
    const tail = (this.#tails.get(lane) ?? Promise.resolve()).then(work).finally(() => {
      this.#size -= 1;
      if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
      this.#changes.changed();
    });
    this.#tails.set(lane, tail);
  }

  /** Resolves when less than `limit` is in hand. */
  below(limit: number): Promise<void> {
    return this.#changes.until(() => this.#size < limit);
  }
}
