/** Ctrl-C may come twice at once: from the terminal, and passed on by npm. */
const SAME_MS = 500;

/** Between two looks at who the parent is: its end is told to nobody. */
const LOOK_MS = 1_000;

/** 128 + the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

type EndSignal = keyof typeof EXIT_CODES;

/**
 * SIGINT, SIGTERM, SIGHUP (the terminal was closed) and SIGQUIT as an AbortSignal for a clean end, and
 * what nobody caught as well. Another SIGINT, well after the first, calls `atOnce`.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #atOnce: () => void;
  #first: { signal: EndSignal; at: number } | undefined;
  #watch: NodeJS.Timeout | undefined;
  #failure: { error: unknown } | undefined;

  constructor(atOnce: () => void) {
    this.#atOnce = atOnce;
    for (const name of SIGNALS) process.on(name, this.#receive);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code that tells of the signal; undefined before there was one. */
  get exitCode(): number | undefined {
    return this.#first && EXIT_CODES[this.#first.signal];
  }

  /** What nobody caught, where that was the reason. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** Ends for an error that nobody caught; the first counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#controller.abort();
  }

  /** Ends as for a closed terminal when the process that started this one is gone, as npm may be. */
  endWithParent(parent = process.ppid): void {
    this.#watch = setInterval(() => {
      if (process.ppid !== parent) this.#receive('SIGHUP');
    }, LOOK_MS);
    this.#watch.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watch);
    for (const name of SIGNALS) process.off(name, this.#receive);
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    const at = performance.now();
    if (this.#first === undefined) {
      // Listened to for these alone.
      this.#first = { signal: signal as EndSignal, at };
      this.#controller.abort();
    } else if (signal === 'SIGINT' && at - this.#first.at > SAME_MS) {
      this.#atOnce();
    }
  };
}

// The keys of the table are these names.
const SIGNALS = Object.keys(EXIT_CODES) as EndSignal[];
