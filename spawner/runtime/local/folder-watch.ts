import { type FSWatcher, watch } from 'node:fs';
import { ChangeSignal } from '../../../platform/async/change-signal.ts';

/** Changes are also looked for this often, for file systems that do not report them. */
const POLL_MS = 1000;

/** Says when something in a folder may have changed. Never misses a change: count first, then look. */
export class FolderWatch {
  readonly #changes = new ChangeSignal();
  readonly #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string) {
    this.#timer = setInterval(() => this.#changes.changed(), POLL_MS);
    try {
      this.#watcher = watch(folder, () => this.#changes.changed());
      this.#watcher.on('error', () => undefined);
    } catch {
      // Out of watches, or the folder is gone: the poll remains.
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

  /** Nothing can change any more: what waits looks once again. */
  settle(): void {
    this.#unwatch();
    this.#changes.changed();
  }

  close(): void {
    this.#unwatch();
    this.#changes.close();
  }

  #unwatch(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
  }
}
