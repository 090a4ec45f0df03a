import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { delay } from '../../platform/async/delay.ts';

export interface ReplayPaceOptions {
  /** How much faster than it came; `Infinity` for at once. */
  speed: number;
  /** It stands still until somebody steps or plays. */
  paused?: boolean;
  /** Milliseconds that are waited at most: nobody sits through a night; 5 seconds. */
  longestMs?: number | undefined;
}

const LONGEST_MS = 5_000;

/** Waits between what is replayed as long as it took then, and does what somebody presses meanwhile. */
export class ReplayPace {
  readonly #changes = new ChangeSignal();
  readonly #longestMs: number;
  #speed: number;
  #paused: boolean;
  #steps = 0;
  /** When the last one came. */
  #last: number | undefined;
  /** What came before this is shown at once. */
  #until = Number.NEGATIVE_INFINITY;

  constructor({ speed, paused = false, longestMs = LONGEST_MS }: ReplayPaceOptions) {
    this.#speed = speed;
    this.#paused = paused;
    this.#longestMs = longestMs;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Stands still, or goes on. */
  toggle(): void {
    this.#paused = !this.#paused;
    this.#steps = 0;
    this.#changes.changed();
  }

  /** Shows one more, and stands still then. */
  step(): void {
    this.#paused = true;
    this.#steps += 1;
    this.#changes.changed();
  }

  /** Shows at once what came in so many milliseconds from here. */
  jump(ms: number): void {
    this.#until = Math.max(this.#until, this.#last ?? Number.NEGATIVE_INFINITY) + ms;
    this.#changes.changed();
  }

  faster(factor: number): void {
    this.#speed *= factor;
    this.#changes.changed();
  }

  /** Resolves when what came at this time is to be shown; rejects as the signal aborts. */
  async due(time: Date, signal: AbortSignal): Promise<void> {
    const came = time.getTime();
    const gap = Math.max(0, came - (this.#last ?? came));
    const begun = performance.now();
    this.#last ??= came;
    for (;;) {
      signal.throwIfAborted();
      const waitMs = Math.min(gap / this.#speed, this.#longestMs) - (performance.now() - begun);
      if (this.#isDue(came, waitMs)) break;
      await this.#changedOr(this.#paused ? undefined : waitMs, signal);
    }
    this.#last = came;
  }

  #isDue(came: number, waitMs: number): boolean {
    if (came <= this.#until) return true;
    if (!this.#paused) return waitMs <= 0;
    if (this.#steps === 0) return false;
    this.#steps -= 1;
    return true;
  }

  /** Until somebody presses something, or so many milliseconds have passed. */
  async #changedOr(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const changed = this.#changes.since(this.#changes.count, either);
    const passed = ms === undefined ? [] : [delay(ms, either)];
    try {
      await Promise.race([changed, ...passed]);
    } finally {
      done.abort();
      // The one that lost the race rejects now.
      await Promise.allSettled([changed, ...passed]);
    }
  }
}
