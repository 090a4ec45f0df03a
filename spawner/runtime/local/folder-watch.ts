import { type FSWatcher, watch } from 'node:fs';

/** Changes are also looked for this often, for file systems that do not report them. */
const POLL_MS = 1000;

/** Says when something in a folder may have changed. Never misses a change: count first, then look. */
export class FolderWatch {
  #count = 0;
  #waiters: (() => void)[] = [];
  readonly #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(folder: string) {
    this.#timer = setInterval(() => this.#poke(), POLL_MS);
    try {
      this.#watcher = watch(folder, () => this.#poke());
      this.#watcher.on('error', () => undefined);
    } catch {
      // Out of watches, or the folder is gone: the poll remains.
    }
  }

  /** How many changes there were; to be read before looking. */
  get count(): number {
    return this.#count;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when there was a change since `count`, or the watch was closed. */
  async changedSince(count: number): Promise<void> {
    if (this.#count !== count || this.#closed) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Nothing can change any more: what waits looks once again. */
  settle(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.#poke();
  }

  close(): void {
    this.#closed = true;
    this.settle();
  }

  #poke(): void {
    this.#count += 1;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}
