import { type FSWatcher, utimes, watch } from 'node:fs';
import { ChangeSignal } from '../../../platform/async/change-signal.ts';
import { SharedInterval } from '../../../platform/async/shared-interval.ts';

/** Of all runs of this process: a timer each would wake it a thousand times a second for a thousand of them. */
export const EVERY_SECOND = new SharedInterval(1_000);

/**
 * A watcher that has reported a change is believed, so that an idle agent costs nothing; still its folder is
 * looked at once in so many ticks, for a change that the kernel had no room to report (inotify(7),
 * `IN_Q_OVERFLOW`). Where none was ever reported (out of watches, a file system without them), every tick.
 * The first change is one of our own, so that an agent which does nothing from the start is quiet as well.
 */
const TICKS_BETWEEN_LOOKS = 60;

/** Says when something in a folder may have changed. Never misses a change: count first, then look. */
export class FolderWatch {
  readonly #changes = new ChangeSignal();
  readonly #folder: string;
  readonly #watcher: FSWatcher | undefined;
  readonly #stopTicks: () => void;
  #isBelieved = false;
  #ticks = 0;

  constructor(folder: string, interval: SharedInterval = EVERY_SECOND) {
    this.#folder = folder;
    this.#stopTicks = interval.add(() => this.#tick());
    try {
      this.#watcher = watch(folder, () => {
        this.#isBelieved = true;
        this.#changes.changed();
      });
      this.#watcher.on('error', () => {
        this.#isBelieved = false;
      });
      this.#touch();
    } catch {
      // Out of watches, or the folder is gone: the ticks remain.
    }
  }

  /** How many changes there were; to be read before looking. */
  get count(): number {
    return this.#changes.count;
  }

  get closed(): boolean {
    return this.#changes.closed;
  }

  /** Resolves when there was a change since `count`, or the watch was closed; rejects as the signal aborts. */
  changedSince(count: number, signal?: AbortSignal): Promise<void> {
    return this.#changes.since(count, signal);
  }

  /** What waits looks now, whatever the folder reports. */
  look(): void {
    this.#changes.changed();
  }

  /** Nothing can change any more: what waits looks once again. */
  settle(): void {
    this.#unwatch();
    this.#changes.changed();
  }

  close(): void {
    this.#unwatch();
    this.#changes.close();
  }

  #tick(): void {
    this.#ticks += 1;
    if (!this.#isBelieved || this.#ticks % TICKS_BETWEEN_LOOKS === 0) this.#changes.changed();
    if (!this.#isBelieved && this.#watcher) this.#touch();
  }

  /** A change that the watcher has to report; whether the folder is still there, others find out. */
  #touch(): void {
    const now = new Date();
    utimes(this.#folder, now, now, () => undefined);
  }

  #unwatch(): void {
    this.#stopTicks();
    this.#watcher?.close();
  }
}
