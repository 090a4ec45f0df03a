import { freeBytes } from '../files/free-bytes.ts';
import type { Health } from './health.ts';

const CHECK = 'disk';
const LOW_BYTES = 32 * 1024 * 1024;
const EVERY_MS = 10_000;

/**
 * Says in a service's health when the disk of its data folder is full, until there is room again;
 * says nothing while it never was.
 */
export class DiskHealth {
  readonly #folder: string;
  readonly #health: Health;
  readonly #looking: NodeJS.Timeout;
  #wasFull = false;

  constructor(folder: string, health: Health) {
    this.#folder = folder;
    this.#health = health;
    this.#looking = setInterval(() => void this.#look(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  async #look(): Promise<void> {
    // What cannot be looked at is said by whoever reads or writes there.
    const free = await freeBytes(this.#folder).catch(() => LOW_BYTES);
    const isFull = free < LOW_BYTES;
    const megabytes = (free / 1024 / 1024).toFixed(1);
    if (isFull) {
      const detail = `only ${megabytes} MiB free in ${this.#folder}; free some space`;
      this.#health.report(CHECK, false, detail);
    } else if (this.#wasFull) this.#health.report(CHECK, true, 'there is room again');
    this.#wasFull = isFull;
  }
}
