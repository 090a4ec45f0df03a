import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../platform/files/make-folder.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import type { Person } from '../../schemas/events/parts.ts';

const position = z.object({
  /** What stands at or before this sequence of EVENTS was shown. */
  seen: z.int().nonnegative(),
  /** The oldest message that had not come to its end stands here or later. */
  from: z.int().nonnegative(),
});
type Position = z.infer<typeof position>;

/**
 * How far a person has read on this terminal, kept in the data folder: what was answered while
 * nobody listened is shown the next time. Saved after showing, so a crash repeats and loses nothing.
 */
export class ReadingPosition {
  readonly #file: string;
  #position: Position;
  #saving: Promise<void> = Promise.resolve();
  #dirty = false;
  #problem: { error: unknown } | undefined;

  private constructor(file: string, at: Position) {
    this.#file = file;
    this.#position = at;
  }

  /** Where the person left off; at the end of the log (`lastSequence`) for somebody new. */
  static async load(
    paths: DataPaths,
    person: Person,
    lastSequence: number,
  ): Promise<ReadingPosition> {
    const file = join(paths.root, 'terminal', `${person.userId}.json`);
    await makeFolder(dirname(file), 0o700);
    const kept = parse(await readFile(file, 'utf8').catch(() => ''));
    // Of another log, where this one is shorter than what was read.
    const valid = kept !== undefined && kept.seen <= lastSequence;
    const at = valid ? kept : { seen: lastSequence, from: lastSequence + 1 };
    const loaded = new ReadingPosition(file, at);
    loaded.moveTo(at);
    await loaded.saved();
    return loaded;
  }

  get seen(): number {
    return this.#position.seen;
  }

  get from(): number {
    return this.#position.from;
  }

  /** Remembers it, soon on disk; several moves in a row become one write. */
  moveTo(to: Position): void {
    this.#position = to;
    if (this.#dirty) return;
    this.#dirty = true;
    this.#saving = this.#saving
      .then(() => this.#save())
      .catch((error: unknown) => {
        this.#problem = { error };
      });
  }

  /** Resolves when what was moved to is on disk. Throws what the disk says. */
  async saved(): Promise<void> {
    await this.#saving;
    if (this.#problem !== undefined) throw this.#problem.error;
  }

  async #save(): Promise<void> {
    this.#dirty = false;
    await replaceFile(this.#file, JSON.stringify(this.#position));
  }
}

function parse(text: string): Position | undefined {
  try {
    return position.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
