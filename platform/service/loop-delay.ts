import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks: a process that is asked for its numbers wakes so often. */
const RESOLUTION_MS = 20;

/** Who has not asked for so long does not come again. */
const FORGET_MS = 300_000;

const NS_PER_S = 1e9;

/** How late the event loop is, in seconds. */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

/**
 * Measures from the first question on, and no longer than somebody asks: an idle process of which nobody
 * wants to know sleeps.
 */
export class LoopDelayMeter {
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #forget: NodeJS.Timeout | undefined;

  /** Since the last question; undefined at the first. */
  read(): LoopDelay | undefined {
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => this.stop(), FORGET_MS);
    this.#forget.unref();
    if (this.#histogram === undefined) {
      this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#histogram.enable();
      return undefined;
    }
    const { count, max } = this.#histogram;
    if (count === 0) return undefined;
    const quantile = (percent: number) => late(this.#histogram?.percentile(percent) ?? 0);
    const delay = { p50: quantile(50), p99: quantile(99), max: late(max) };
    this.#histogram.reset();
    return delay;
  }

  stop(): void {
    clearTimeout(this.#forget);
    this.#histogram?.disable();
    this.#histogram = undefined;
  }
}

/** Node counts the time between two looks; what is beyond the agreed one is the delay. */
const late = (ns: number): number => Math.max(0, ns / NS_PER_S - RESOLUTION_MS / 1000);
