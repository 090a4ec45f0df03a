import { constants, type FileHandle, open } from 'node:fs/promises';

/**
 * The near end of a FIFO on which one of the keeper's processes waits for a line. Undefined where
 * nobody waits (any more). Opening and writing never block.
 */
export async function openNudge(fifo: string): Promise<FileHandle | undefined> {
  try {
    return await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    // fifo(7): ENXIO says that nobody has it open for reading.
    if (isCode(error, 'ENXIO') || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Wakes who waits. */
export async function nudge(handle: FileHandle): Promise<void> {
  try {
    await handle.write('\n');
  } catch (error) {
    // Full: it has nudges enough to wake for. Broken: it has ended since.
    if (!isCode(error, 'EAGAIN') && !isCode(error, 'EPIPE')) throw error;
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
