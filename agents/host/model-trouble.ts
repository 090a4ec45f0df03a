export interface ModelTroubleOptions {
  /** Tells the user. */
  say: (text: string) => void;
  log: (line: string) => void;
  /** Milliseconds for which a model may fail unsaid: most troubles are over soon. */
  afterMs: number;
  /** Milliseconds between two notices; 60 s. */
  everyMs?: number;
  /** Milliseconds, of a clock that only goes forward. */
  now?: () => number;
}

const EVERY_MS = 60_000;

/**
 * Tells a user whose agent waits for its model that it does: a CLI tries again for minutes, and a
 * chat in which nothing happens looks like a system that has hung.
 */
export class ModelTrouble {
  readonly #options: Required<ModelTroubleOptions>;
  #since: number | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(options: ModelTroubleOptions) {
    const { everyMs = EVERY_MS, now = () => performance.now() } = options;
    this.#options = { ...options, everyMs, now };
  }

  /** The CLI tries its model again, in this turn, because of this. */
  retried(reason: string): void {
    const { say, log, afterMs, everyMs, now } = this.#options;
    log(`the model does not answer (${reason}), trying again`);
    this.#since ??= now();
    if (now() - this.#since < afterMs || now() - this.#saidAt < everyMs) return;
    this.#saidAt = now();
    say(`The model does not answer (${reason}), trying again.`);
  }

  /** The turn is over. */
  reset(): void {
    this.#since = undefined;
    this.#saidAt = Number.NEGATIVE_INFINITY;
  }
}
