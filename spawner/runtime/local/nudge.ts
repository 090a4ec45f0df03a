import { constants, type FileHandle, open } from 'node:fs/promises';
import { isSystemError } from '../../../schemas/system-error.ts';

/**
 * The near end of a FIFO on which one of the keeper's processes waits for a line. Undefined where
 * nobody waits (any more). Opening and writing never block.
 */
export async function openNudge(fifo: string): Promise<FileHandle | undefined> {
  try {
    return await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    // fifo(7): ENXIO says that nobody has it open for reading.
    if (isSystemError(error, 'ENXIO') || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Wakes who waits. */
export async function nudge(handle: FileHandle): Promise<void> {
  try {
    await handle.write('\n');
  } catch (error) {
    // Full: it has nudges enough to wake for. Broken: it has ended since.
    if (!isSystemError(error, 'EAGAIN') && !isSystemError(error, 'EPIPE')) throw error;
  }
}
