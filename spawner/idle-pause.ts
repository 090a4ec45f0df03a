import type { LiveAgent } from '../core/domain/agent/agent-state.ts';
import { startTimer } from '../platform/async/timer.ts';

/** When an idle agent is to be frozen. Its time is counted from its last turn, as its TTL is. */
export class IdlePause {
  readonly #afterMs: number | undefined;
  readonly #wake: () => void;
  #cancel: (() => void) | undefined;

  /** @param afterMs undefined: never */
  constructor(afterMs: number | undefined, wake: () => void) {
    this.#afterMs = afterMs;
    this.#wake = wake;
  }

  /** Is it time? Where it is not yet, `wake` is called when it may be. */
  isDue(state: LiveAgent, now: Date): boolean {
    this.cancel();
    if (this.#afterMs === undefined || state.phase !== 'ready' || state.run.paused) return false;
    const leftMs = Date.parse(state.idleSince) + this.#afterMs - now.getTime();
    if (leftMs <= 0) return true;
    this.#cancel = startTimer(leftMs, this.#wake, { ref: false });
    return false;
  }

  cancel(): void {
    this.#cancel?.();
  }
}
