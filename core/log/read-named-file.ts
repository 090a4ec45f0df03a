import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** `reason`: for people, without the path. */
export type NamedFile =
  | { ok: true; bytes: Buffer }
  | { ok: false; reason: string; tooLarge?: boolean };

/** Nothing that is opened may keep us waiting (a FIFO) or become our terminal. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * The bytes of a file that an agent or a user named, whatever stands under that name: only a
 * regular file is read, at most `maxBytes` of it, and no more than it had when it was opened. A
 * FIFO, a device, a folder, a file without a size of its own (/proc) and one that changes meanwhile
 * are refused. Never waits for anybody, and never throws.
 */
export function readNamedFile(path: string, maxBytes: number): NamedFile {
  try {
    const file = openSync(path, FLAGS);
    try {
      return readOpened(file, maxBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function readOpened(file: number, maxBytes: number): NamedFile {
  const stat = fstatSync(file);
  if (!stat.isFile()) return { ok: false, reason: 'it is not a regular file' };
  const { size } = stat;
  if (size > maxBytes) return { ok: false, reason: `it has ${size} bytes`, tooLarge: true };
  // One byte more than there should be, to see that there is none.
  const bytes = Buffer.alloc(size + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  if (length === size) return { ok: true, bytes: bytes.subarray(0, size) };
  return { ok: false, reason: 'it changed while it was read, or has no size of its own' };
}
