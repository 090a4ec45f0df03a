import type { NatsConnection } from '@nats-io/transport-node';
import { appendError } from './append-result.ts';
import { nextInfo, putInfo } from './archive-bucket.ts';
import { readSegment } from './archived-segment.ts';
import type { StoredRecord } from './last.ts';
import { writeSegment } from './write-segment.ts';

/**
 * Files of the archive for a log that is about to be: that of a key which EVENTS does not have yet, so nobody reads them.
 */
export class FutureSegments {
  readonly #nc: NatsConnection;
  readonly #log: string;
  /** Of the last file that is visible; what once was stays. */
  #place = 0;

  constructor(nc: NatsConnection, log: string) {
    this.#nc = nc;
    this.#log = log;
  }

  /**
   * Stores a stretch, read back before it becomes visible. Throws ORC_CONFLICT where somebody else writes there, and as
   * appending does.
   */
  async store(records: readonly StoredRecord[], from: number, to: number): Promise<void> {
    const { written, info } = await writeSegment(this.#nc, records, { log: this.#log, from, to });
    await readSegment(this.#nc, written);
    const result = await putInfo(this.#nc, info, await this.#lastPlace());
    if (!result.ok) throw appendError(result);
  }

  async #lastPlace(): Promise<number> {
    for (;;) {
      const next = await nextInfo(this.#nc, this.#place + 1);
      if (next === undefined) return this.#place;
      this.#place = next.place;
    }
  }
}
