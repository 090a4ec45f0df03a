/**
 * One timer for all who look at something again and again; none while there is nobody. It keeps no
 * process alive.
 *
 * @example
 * const everySecond = new SharedInterval(1_000);
 * const stop = everySecond.add(() => this.look());
 */
export class SharedInterval {
  readonly #everyMs: number;
  readonly #looks = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Calls it from now on, until what this returns is called. It must not throw. */
  add(look: () => void): () => void {
    // Of its own, so that the same function may be added twice.
    const own = () => look();
    this.#looks.add(own);
    this.#timer ??= setInterval(() => this.tick(), this.#everyMs).unref();
    return () => {
      this.#looks.delete(own);
      if (this.#looks.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** What the timer does. */
  tick(): void {
    for (const look of this.#looks) look();
  }
}
