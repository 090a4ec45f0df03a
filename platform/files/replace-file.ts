import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** The end of the name of a file that is about to take the place of another. */
const DRAFT = '.draft';

/** Whether a file of this name is one that {@link replaceFile} has not finished, or never will. */
export const isDraft = (name: string): boolean => name.endsWith(DRAFT);

export interface ReplaceOptions {
  /** 0o600 without. */
  mode?: number;
  /** Resolve only when a loss of power cannot take it back: for what cannot be made again. */
  durable?: boolean;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part; its folder is made
 * where there is none. Not for folders in which somebody hostile writes: `rename` follows no link in
 * the file's place, but the folder's path may lead through one.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode = 0o600, durable = false }: ReplaceOptions = {},
): Promise<void> {
  await makeFolder(dirname(file), 0o700);
  const draft = `${file}.${randomUUID()}${DRAFT}`;
  try {
    await using handle = await open(draft, 'wx', mode);
    await handle.writeFile(content);
    if (durable) await handle.sync();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
