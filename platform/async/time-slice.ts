/** What others wait for at most while something long is done in slices. */
const SLICE_MS = 10;

/**
 * Lets everybody else have their turn in work that would keep them waiting: to be asked between two
 * small pieces of it.
 *
 * @example
 * const slice = new TimeSlice();
 * for (const piece of many) {
 *   work(piece);
 *   if (slice.isOver) await slice.next();
 * }
 */
export class TimeSlice {
  #end = performance.now() + SLICE_MS;

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves when the others had their turn. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.#end = performance.now() + SLICE_MS;
  }
}
