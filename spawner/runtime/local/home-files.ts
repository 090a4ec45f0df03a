import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { FileRefused, requireOwnFile } from '../file-refused.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants;
const FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/** Links on the way to one file. */
const MAX_LINKS = 16;

/** What keeps a file from being written and does not pass by itself, in words. */
const OBSTACLES: Record<string, string> = {
  EACCES: 'its folder may not be written',
  EPERM: 'its folder may not be written',
  ENOTDIR: 'something on its way is no folder',
  EISDIR: 'a folder has its name',
  ENOTEMPTY: 'a folder has its name',
  ENAMETOOLONG: 'a name in it is too long',
  ELOOP: 'its links lead nowhere',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EFBIG: 'it is larger than a file may be there',
  EROFS: 'the disk is read-only',
  EIO: 'the disk fails',
};

/**
 * Replaces a file below an agent's home, so that a reader sees the old content or the new, never a
 * part; makes the folders above it. Links are followed as far as they stay with what is the agent's
 * own; what leads elsewhere is refused.
 *
 * The agent may change its folders at any moment. So every folder is opened within the one before
 * (`/proc/self/fd/<n>/<name>`, which is `openat` in all but name) and never through a link: a link
 * is resolved, judged, and its target then opened the same way from the home on. What is written
 * is where was looked, whatever has been moved since.
 *
 * @param path relative to the home, without `.` and `..`
 * @throws FileRefused where it will not succeed later either, and what the disk says else
 */
export async function replaceHomeFile(
  home: string,
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await using folder = await open(home, FOLDER);
    const realHome = await realpath(at(folder));
    let parts = path.split('/');
    for (let links = 0; links <= MAX_LINKS; links += 1) {
      const link = await write(folder, { path, parts, content, mode });
      if (link === undefined) return;
      const folders = relative(realHome, link.target).split('/');
      parts = [...folders, ...link.rest].filter((part) => part !== '');
      requireOwnFile(path, parts.join('/'));
    }
    throw new FileRefused(path, 'it has too many links');
  } catch (error) {
    throw refusal(path, error);
  }
}

/** A link on the way: where it leads to, and what of the path comes behind it. */
interface Link {
  target: string;
  rest: readonly string[];
}

interface Order {
  /** As it was asked for. */
  path: string;
  /** Where it leads, as far as that is known. */
  parts: readonly string[];
  content: string | Uint8Array;
  mode: number;
}

/** Writes the file, unless there is a link on the way. */
async function write(
  home: FileHandle,
  { path, parts, content, mode }: Order,
): Promise<Link | undefined> {
  await using opened = new AsyncDisposableStack();
  let folder = home;
  for (const [index, name] of parts.slice(0, -1).entries()) {
    const next = await openFolder(at(folder, name));
    if (next === undefined) {
      return { target: await targetOf(path, at(folder, name)), rest: parts.slice(index + 1) };
    }
    folder = opened.use(next);
  }
  const name = parts.at(-1) ?? '';
  if (await isLink(at(folder, name))) {
    return { target: await targetOf(path, at(folder, name)), rest: [] };
  }
  await replace(folder, name, content, mode);
  return undefined;
}

const at = (folder: FileHandle, name?: string): string =>
  ['/proc/self/fd', folder.fd, name].filter((part) => part !== undefined).join('/');

/** Made where there is none; undefined where it is a link. */
async function openFolder(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, FOLDER);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      // Or it was made at this moment.
      await mkdir(path, { recursive: true, mode: 0o700 });
      return open(path, FOLDER);
    }
    if (await isLink(path)) return undefined;
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  const stat = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return stat?.isSymbolicLink() === true;
}

async function targetOf(path: string, link: string): Promise<string> {
  return realpath(link).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new FileRefused(path, 'its links lead nowhere', { cause: error });
  });
}

/** A link that is put in its place at this moment is replaced, and not followed. */
async function replace(
  folder: FileHandle,
  name: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const unfinished = at(folder, `.${randomUUID()}`);
  try {
    await using file = await open(unfinished, NEW_FILE, mode);
    await file.writeFile(content);
    await rename(unfinished, at(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function refusal(path: string, error: unknown): unknown {
  const obstacle = OBSTACLES[String(codeOf(error))];
  return obstacle === undefined ? error : new FileRefused(path, obstacle, { cause: error });
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
