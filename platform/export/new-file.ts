import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { OrchestratorError } from '../../schemas/errors.ts';

/** The end of the name of a file that is not whole yet. */
const DRAFT = '.draft';

/**
 * Writes a file under another name, and gives it its own when it is whole and on the disk: where `write` fails, or the
 * process is killed, what stood there before stands there still. Readable by its owner alone. Throws ORC_OUTPUT with
 * what the system says, and what `write` throws.
 */
export async function writeNewFile<T>(
  file: string,
  write: (target: Writable) => Promise<T>,
): Promise<T> {
  const draft = `${file}.${randomUUID()}${DRAFT}`;
  try {
    await (await open(draft, 'wx', 0o600)).close();
    const done = await write(createWriteStream(draft, { flags: 'r+' }));
    await using handle = await open(draft, 'r');
    await handle.sync();
    await rename(draft, file);
    return done;
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritten(file, error);
  }
}

/** What is not the system's word on a file is thrown as it is. */
const unwritten = (file: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error && !('address' in error)
    ? new OrchestratorError('ORC_OUTPUT', `${file} cannot be written: ${error.message}`, {
        cause: error,
      })
    : error;
