/** Work in order within a lane, lanes beside each other. */
export class Lanes {
  readonly #tails = new Map<string, Promise<void>>();
  #size = 0;
  #waiting: (() => void)[] = [];

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
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    });
    this.#tails.set(lane, tail);
  }

  /** Resolves when less than `limit` is in hand. */
  async below(limit: number): Promise<void> {
    while (this.#size >= limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
