import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { replaceFile } from '../../../platform/files/replace-file.ts';

const content = z.object({
  /** When its EVENTS was created: another stream is another log. */
  log: z.string(),
  events: z.int().nonnegative(),
});

/**
 * Remembers up to which event Redis had everything, for when that forgets it. In memory, and in a
 * file now and then: it may be deleted at any time, and be somewhat behind. What came between is
 * then taken for new by the readers of a Redis that lost its memory.
 */
export class Watermark {
  readonly #path: string;
  readonly #logger: Logger;
  #known: z.infer<typeof content> | undefined;
  #saved = 0;

  constructor(options: { path: string; logger: Logger }) {
    this.#path = options.path;
    this.#logger = options.logger;
  }

  /** Up to which event of this log Redis had everything; undefined where nobody knows. */
  async of(log: string): Promise<number | undefined> {
    this.#known ??= await this.#load();
    return this.#known?.log === log ? this.#known.events : undefined;
  }

  /** Redis has everything up to this event now. */
  raise(log: string, events: number): void {
    if (this.#known?.log !== log || events > this.#known.events) this.#known = { log, events };
  }

  /** Writes the file, where there is something new. */
  async save(): Promise<void> {
    if (this.#known === undefined || this.#known.events === this.#saved) return;
    const { events } = this.#known;
    try {
      await replaceFile(this.#path, JSON.stringify(this.#known));
      this.#saved = events;
    } catch (error) {
      this.#logger.warn({ err: error }, 'how far Redis is was not written');
    }
  }

  async #load(): Promise<z.infer<typeof content> | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    try {
      return content.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }
}
