import { within } from './within.ts';

/** What one side pushes and the other takes, in order. */
export class Queue<T> {
  readonly #waiting: T[] = [];
  #wanted: PromiseWithResolvers<T> | undefined;

  /** What was pushed and not taken. */
  get waiting(): readonly T[] {
    return this.#waiting;
  }

  push(value: T): void {
    if (this.#wanted === undefined) this.#waiting.push(value);
    else this.#wanted.resolve(value);
    this.#wanted = undefined;
  }

  /** Rejects with what is missing where nothing comes in time. One taker at a time. */
  async next(missing: string, patienceMs: number): Promise<T> {
    const [first] = this.#waiting.splice(0, 1);
    if (first !== undefined) return first;
    const wanted = Promise.withResolvers<T>();
    this.#wanted = wanted;
    return within(wanted.promise, missing, patienceMs);
  }
}
