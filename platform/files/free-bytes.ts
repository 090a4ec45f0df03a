import { statfs } from 'node:fs/promises';

/** How many bytes the disk of a folder takes from somebody who is not root. Rejects as statfs does. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
