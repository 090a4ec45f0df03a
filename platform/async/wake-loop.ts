/**
 * Looks once for however many wake-ups, and again where one came while it looked: no wake-up is
 * lost, not even in the moment in which the last look ends, and two looks never run at once.
 *
 * @example
 * const loop = new WakeLoop(() => worker.look(), signal);
 * follower.subscribe(() => loop.wake());
 */
export class WakeLoop {
  readonly #look: () => Promise<void>;
  readonly #signal: AbortSignal;
  #wakes = 0;
  #isRunning = false;
  #run: Promise<void> | undefined;

  /** @param look must not reject; it may wake the loop itself, to be called again at once */
  constructor(look: () => Promise<void>, signal: AbortSignal) {
    this.#look = look;
    this.#signal = signal;
  }

  /** Has it look again. Cheap, and safe to call at any time. */
  wake(): void {
    this.#wakes += 1;
    if (!this.#isRunning) this.#run = this.#lookOn();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Resolves when the look in hand is done. */
  async idle(): Promise<void> {
    await this.#run;
  }

  async #lookOn(): Promise<void> {
    this.#isRunning = true;
    try {
      for (let seen = -1; seen !== this.#wakes && !this.#signal.aborted; ) {
        seen = this.#wakes;
        await this.#look();
      }
    } finally {
      // In the same moment in which it has seen the last wake-up: another begins a run of its own.
      this.#isRunning = false;
    }
  }
}
