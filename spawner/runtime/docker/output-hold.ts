import { NEAR } from '../../../platform/async/back-off.ts';
import { retry } from '../../../platform/async/retry.ts';
import { mayPass } from '../../../platform/docker/engine-error.ts';

type LogStream = 'stdout' | 'stderr';

/**
 * Lets a container go that waits behind the end of its agent until both outputs are read. It is told
 * again with every mark that comes, since the one before may not have reached it.
 */
export class OutputHold {
  readonly #letGo: () => Promise<void>;
  readonly #over: AbortSignal;
  readonly #read = new Set<LogStream>();
  #isTelling = false;

  /**
   * @param letGo tells the container; may be called again
   * @param over aborted when nobody waits any more
   */
  constructor(letGo: () => Promise<void>, over: AbortSignal) {
    this.#letGo = letGo;
    this.#over = over;
  }

  /** Reading begins, maybe once more. */
  reading(stream: LogStream): void {
    this.#read.delete(stream);
  }

  /** There is nothing more to wait for in this output. */
  taken(stream: LogStream): void {
    this.#read.add(stream);
    if (this.#read.size === 2) void this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling || this.#over.aborted) return;
    this.#isTelling = true;
    const options = { isPassing: mayPass, times: NEAR, signal: this.#over };
    // It fails for good where the container is gone. One that is not prints its mark again.
    await retry(this.#letGo, options).catch(() => undefined);
    this.#isTelling = false;
  }
}
