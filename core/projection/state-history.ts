import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { foldMessage } from '../domain/fold-message.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { copyOfState } from './copy-of-state.ts';
import { leastMissed } from './least-missed.ts';
import type { StateMarks } from './state-marks.ts';

export interface StateHistoryOptions {
  /** For how long what was folded is kept for whoever asks next, milliseconds; a minute. */
  keepMs?: number;
  /** Where states of before are marked; without, a first fold begins at the beginning. */
  marks?: Pick<StateMarks, 'nearest'> | undefined;
}

const KEEP_MS = 60_000;

/** States on the way that are kept at most. */
const MOST_KEPT = 32;

/** Events between two of them at least. */
const LEAST_APART = 1_000;

/** So many events are folded sooner than a mark is read. */
const MARKED_APART = 5_000;

/**
 * The state that the log says as of any of its sequences. It is folded when somebody asks, from the nearest state
 * before that is still kept; after a while in which nobody asks all are forgotten, so that it costs nothing then.
 */
export class StateHistory {
  readonly #log: Pick<EventLog, 'read'>;
  readonly #keepMs: number;
  readonly #marks: StateHistoryOptions['marks'];
  /** In the order of their sequences. */
  #kept: SystemState[] = [];
  #forget: NodeJS.Timeout | undefined;
  /** One fold at a time: the next begins where that one ended. */
  readonly #folds = new SerialQueue();

  constructor(log: Pick<EventLog, 'read'>, { keepMs = KEEP_MS, marks }: StateHistoryOptions = {}) {
    this.#log = log;
    this.#keepMs = keepMs;
    this.#marks = marks;
  }

  /**
   * The state after the event at a sequence, which nobody changes any more. Throws as reading the log does, and
   * the signal's reason where nobody waits for it any longer.
   */
  at(sequence: number, signal: AbortSignal): Promise<SystemState> {
    return this.#folds.run(() => {
      signal.throwIfAborted();
      return this.#fold(sequence, signal);
    });
  }

  async #fold(sequence: number, signal: AbortSignal): Promise<SystemState> {
    clearTimeout(this.#forget);
    try {
      const state = await this.#before(sequence);
      const apart = Math.max(LEAST_APART, Math.ceil(sequence / MOST_KEPT));
      const from = { sequence: state.sequence + 1 };
      let lastKept = state.sequence;
      if (from.sequence <= sequence) {
        const range = { stream: 'EVENTS', from, until: sequence, signal } as const;
        for await (const message of this.#log.read(range)) {
          foldMessage(state, message);
          if (state.sequence < lastKept + apart) continue;
          this.#keep(copyOfState(state));
          lastKept = state.sequence;
        }
      }
      signal.throwIfAborted();
      this.#keep(state);
      return state;
    } finally {
      this.#forget = setTimeout(() => {
        this.#kept = [];
      }, this.#keepMs);
      this.#forget.unref();
    }
  }

  /** The nearest state before a place that is kept or marked, to be changed. */
  async #before(sequence: number): Promise<SystemState> {
    const kept = this.#kept.findLast((one) => one.sequence <= sequence);
    if (kept !== undefined && kept.sequence + MARKED_APART > sequence) return copyOfState(kept);
    const marked = await this.#marks?.nearest(sequence);
    return marked !== undefined && marked.sequence > (kept?.sequence ?? 0)
      ? marked
      : copyOfState(kept);
  }

  #keep(state: SystemState): void {
    if (this.#kept.some(({ sequence }) => sequence === state.sequence)) return;
    this.#kept.push(state);
    this.#kept.sort((a, b) => a.sequence - b.sequence);
    if (this.#kept.length <= MOST_KEPT) return;
    this.#kept.splice(leastMissed(this.#kept.map((one) => one.sequence)), 1);
  }
}
