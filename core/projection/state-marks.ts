import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { derivedId } from '../../schemas/ids.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { type Checkpoint, CheckpointFile } from './checkpoint-file.ts';
import { foldVersion } from './fold-version.ts';
import { leastMissed } from './least-missed.ts';
import { isOfLog } from './same-log.ts';

export interface StateMarksOptions {
  log: EventLog;
  logger: Logger;
  /** Events between two of them at least; 10,000. */
  leastApart?: number;
}

/** Marks that are kept at most: a fold to any place reads a thirty-second of the log. */
const MOST_KEPT = 32;

/** A fold of less takes a tenth of a second. */
const LEAST_APART = 10_000;

/**
 * States of the past in a folder, each a checkpoint in a file of its own, so that the state as of any place need
 * not be folded from the beginning. They may be deleted at any time. One process writes them, any may read them.
 */
export class StateMarks {
  readonly #folder: string;
  readonly #options: StateMarksOptions;
  /** What the files of this log and of this version of the fold end with. */
  readonly #ending: string;
  readonly #version: string;
  readonly #stream: string;
  /** Where marks are, in order. */
  readonly #sequences: number[];
  #saving: Promise<void> | undefined;

  private constructor(
    folder: string,
    options: StateMarksOptions,
    own: { version: string; stream: string; ending: string; sequences: number[] },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#version = own.version;
    this.#stream = own.stream;
    this.#ending = own.ending;
    this.#sequences = own.sequences;
  }

  /** The marks of this log in a folder, which need not be there. Throws as {@link EventLog.identity} does. */
  static async open(folder: string, options: StateMarksOptions): Promise<StateMarks> {
    const [version, { history: stream }] = await Promise.all([
      foldVersion(),
      options.log.identity('EVENTS'),
    ]);
    const ending = `${derivedId('.', version, stream)}.jsonl`;
    const names = await namesIn(folder);
    const own = names.filter((name) => name.endsWith(ending));
    const sequences = own.map((name) => Number(name.slice(0, -ending.length)));
    const order = sequences.filter(Number.isSafeInteger).sort((a, b) => a - b);
    return new StateMarks(folder, options, { version, stream, ending, sequences: order });
  }

  /** Removes those of other logs and other versions. Never rejects. */
  async removeForeign(): Promise<void> {
    const names = await namesIn(this.#folder).catch(() => []);
    const foreign = names.filter((name) => !name.endsWith(this.#ending));
    await Promise.all(foreign.map((name) => this.#remove(name)));
  }

  /** Whether a state as of this place is to be marked: not while one is written. */
  isDue(sequence: number): boolean {
    if (this.#saving !== undefined) return false;
    const { leastApart = LEAST_APART } = this.#options;
    const apart = Math.max(leastApart, Math.ceil(sequence / MOST_KEPT));
    return sequence >= (this.#sequences.at(-1) ?? 0) + apart;
  }

  /** Notes the state as of the call, which may change meanwhile. Never rejects: without it a fold takes longer. */
  mark(seen: Pick<Checkpoint, 'sequence' | 'seenAt' | 'state'>): Promise<void> {
    this.#saving = this.#save(seen)
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'mark of an earlier state not written');
      })
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }

  /** Resolves once what was to be noted is. */
  async written(): Promise<void> {
    await this.#saving;
  }

  /**
   * The last state that is marked at or before a place; undefined where there is none, or none that can be gone on
   * from. Throws as {@link EventLog.at} does.
   */
  async nearest(sequence: number): Promise<SystemState | undefined> {
    const before = this.#sequences.filter((one) => one <= sequence);
    for (const one of before.reverse()) {
      const found = await this.#file(one).load(this.#stream, sequence);
      if (found && (await isOfLog(this.#options.log, found))) return found.state;
    }
    return undefined;
  }

  async #save(seen: Pick<Checkpoint, 'sequence' | 'seenAt' | 'state'>): Promise<void> {
    await this.#file(seen.sequence).save({ ...seen, stream: this.#stream });
    this.#sequences.push(seen.sequence);
    if (this.#sequences.length <= MOST_KEPT) return;
    const [gone] = this.#sequences.splice(leastMissed(this.#sequences), 1);
    if (gone !== undefined) await this.#remove(this.#name(gone));
  }

  #file(sequence: number): CheckpointFile {
    const path = join(this.#folder, this.#name(sequence));
    return new CheckpointFile({ path, logger: this.#options.logger, version: this.#version });
  }

  #name = (sequence: number): string => `${sequence}${this.#ending}`;

  #remove = (name: string): Promise<void> =>
    rm(join(this.#folder, name), { force: true }).catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
