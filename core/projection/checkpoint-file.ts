import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isSystemError } from '../../schemas/system-error.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';

export interface CheckpointFileOptions {
  path: string;
  logger: Logger;
  /** The version of the code that folds; a checkpoint of another version is not read. */
  version: string;
}

export interface Checkpoint {
  /** When the stream was created (RFC 3339): another stream's checkpoint is none of ours. */
  stream: string;
  /** The last sequence that was seen, folded or skipped. */
  sequence: number;
  state: SystemState;
}

const header = z.object({
  version: z.string(),
  stream: z.string(),
  sequence: z.int().nonnegative(),
  folded: z.int().nonnegative(),
  forgotten: z.int().nonnegative(),
});

const MAPS = ['agents', 'fences', 'archived', 'users', 'projects', 'nodes'] as const;

/** Entries that are written without a pause: a few milliseconds. */
const SLICE = 250;

/**
 * A folded state and the sequence that it stands at, in one file that is replaced whole: both move
 * together or not at all. It may be deleted at any time; the log has everything.
 *
 * One JSON value a line: a header, one entry of the state a line, and the SHA-256 of all that. The
 * maps keep their order, so that a state that was read lists everything as the one that was written.
 */
export class CheckpointFile {
  readonly #options: CheckpointFileOptions;

  constructor(options: CheckpointFileOptions) {
    this.#options = options;
  }

  /** The checkpoint of this stream, or undefined where there is none that can be gone on from. */
  async load(stream: string, lastSequence: number): Promise<Checkpoint | undefined> {
    const { path, logger } = this.#options;
    try {
      const checkpoint = parse(await readFile(path, 'utf8'), this.#options.version);
      const ours = checkpoint.stream === stream && checkpoint.sequence <= lastSequence;
      if (ours) return checkpoint;
      logger.warn({ path }, 'the checkpoint is of another log; rebuilding from the beginning');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      logger.warn({ path, err: error }, 'no usable checkpoint; rebuilding from the beginning');
    }
    return undefined;
  }

  /** Writes the state as of the call, in slices: the state may go on changing meanwhile. */
  async save({ stream, sequence, state }: Checkpoint): Promise<void> {
    const { path, version } = this.#options;
    const entries = entriesOf(state);
    const { sequence: folded, forgotten } = state;
    const first = { version, stream, sequence, folded, forgotten };
    // A fixed name: what a kill leaves behind is overwritten by the next.
    const unfinished = `${path}.new`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(unfinished, 'w', 0o600);
    try {
      const hash = createHash('sha256');
      for (const lines of slices(first, entries)) {
        hash.update(lines);
        await file.write(lines);
      }
      await file.write(`${JSON.stringify({ sha256: hash.digest('hex') })}\n`);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  }
}

type Entry = [map: (typeof MAPS)[number], key: string, value: unknown];

/** References only: aggregates are replaced when they change, so this is the state as of now. */
const entriesOf = (state: SystemState): Entry[] =>
  MAPS.flatMap((map) => [...state[map]].map(([key, value]): Entry => [map, key, value]));

function* slices(first: z.infer<typeof header>, entries: Entry[]): Generator<string> {
  yield line(first);
  for (let at = 0; at < entries.length; at += SLICE) {
    yield entries
      .slice(at, at + SLICE)
      .map(line)
      .join('');
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Throws for anything that `save` of this version has not written in whole. */
function parse(text: string, version: string): Checkpoint {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  const expected = line({ sha256: createHash('sha256').update(body).digest('hex') });
  if (text.slice(end) !== expected) throw new Error('the file is torn or damaged');
  const [first = '', ...rest] = body.trimEnd().split('\n');
  const { folded, forgotten, ...head } = header.parse(JSON.parse(first));
  if (head.version !== version) throw new Error('it was written by another version');
  const state = { ...initialSystem(), sequence: folded, forgotten };
  for (const each of rest) {
    // The hash says that it is what `save` wrote, the version that its types are today's.
    const [map, key, value] = JSON.parse(each) as [Entry[0], string, never];
    state[map].set(key, value);
  }
  return { stream: head.stream, sequence: head.sequence, state };
}
