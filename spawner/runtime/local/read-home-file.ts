import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../../schemas/system-error.ts';
import { FileRefused } from '../file-refused.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. */
const FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/**
 * Reads a plain file below an agent's home; undefined where there is none. Each folder is opened
 * within the one before (`/proc/self/fd/<n>/<name>`, as in `home-files.ts`) and never through a link:
 * what the agent moves meanwhile leads nowhere else.
 *
 * @param path relative to the home, without `.` and `..`
 * @throws FileRefused for a link, anything that is no plain file, and more than `maxBytes`
 */
export async function readHomeFile(
  home: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  await using opened = new AsyncDisposableStack();
  const names = path.split('/');
  try {
    let handle: FileHandle = opened.use(await open(home, FOLDER));
    for (const [index, name] of names.entries()) {
      const flags = index === names.length - 1 ? FILE : FOLDER;
      handle = opened.use(await open(`/proc/self/fd/${handle.fd}/${name}`, flags));
    }
    return await contentOf(handle, path, maxBytes);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw isLink(error) ? refused(path, 'a link or no folder is on its way', error) : error;
  }
}

/**
 * The first plain file below a folder of an agent's home whose path has that ending, no link followed; undefined where there
 * is none.
 *
 * @throws FileRefused as {@link readHomeFile}
 */
export async function findHomeFile(
  home: string,
  folder: string,
  ending: string,
  maxBytes: number,
): Promise<{ path: string; content: Uint8Array } | undefined> {
  const above = await lstat(join(home, folder)).catch(() => undefined);
  if (!above?.isDirectory()) return undefined;
  const entries = await readdir(join(home, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile() && path.endsWith(ending)) {
      const content = await readHomeFile(home, path, maxBytes);
      if (content !== undefined) return { path, content };
    }
    if (!entry.isDirectory()) continue;
    const found = await findHomeFile(home, path, ending, maxBytes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A link where a folder is wanted is no folder, says the system. */
const isLink = (error: unknown): boolean =>
  isSystemError(error, 'ELOOP') || isSystemError(error, 'ENOTDIR') || isSystemError(error, 'ENXIO');

const refused = (path: string, why: string, cause?: unknown): FileRefused =>
  new FileRefused(path, why, { to: 'read', cause });

async function contentOf(file: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  if (!(await file.stat()).isFile()) throw refused(path, 'it is no plain file');
  // It may grow while it is read.
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length > maxBytes) break;
  }
  if (length > maxBytes) throw refused(path, `it is larger than ${maxBytes} bytes`);
  return buffer.subarray(0, length);
}
