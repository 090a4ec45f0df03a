import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { deserializeSystem, type SystemState, serializeSystem } from '../domain/system-state.ts';

/** To be raised when the state's shape or an `evolve` changes: older checkpoints are not read. */
const VERSION = 1;

const content = z.object({
  version: z.literal(VERSION),
  /** When the stream was created (RFC 3339): another stream's checkpoint is none of ours. */
  stream: z.string(),
  /** The last sequence that was seen. */
  sequence: z.int().nonnegative(),
  state: z.string(),
});

export interface Checkpoint {
  stream: string;
  sequence: number;
  state: SystemState;
}

/**
 * A folded state and the sequence that it stands at, in one file that is replaced whole: both move
 * together or not at all. It may be deleted at any time; the log has everything.
 */
export class CheckpointFile {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** The checkpoint of this stream, or undefined where there is none that can be gone on from. */
  async load(stream: string, lastSequence: number): Promise<Checkpoint | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const { sequence, state, ...rest } = content.parse(JSON.parse(text));
      if (rest.stream !== stream || sequence > lastSequence) {
        this.#logger.warn('the checkpoint is of another log; rebuilding from the beginning');
        return undefined;
      }
      return { stream, sequence, state: deserializeSystem(state) };
    } catch (error) {
      this.#logger.warn({ err: error }, 'no usable checkpoint; rebuilding from the beginning');
      return undefined;
    }
  }

  async save({ stream, sequence, state }: Checkpoint): Promise<void> {
    const text = JSON.stringify({
      version: VERSION,
      stream,
      sequence,
      state: serializeSystem(state),
    });
    const unfinished = `${this.#path}.${randomUUID()}`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, this.#path);
  }
}
