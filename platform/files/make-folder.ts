import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isSystemError } from '../../schemas/system-error.ts';

/**
 * Makes a folder and those above it that are missing; nothing where it is there. Throws what the
 * system says.
 *
 * In the place of `mkdir(…, { recursive: true })` wherever a person names the path: that goes round
 * for ever, and takes no signal, where the system says ENOENT although the folder above is there, as
 * below /proc (https://github.com/nodejs/node/issues/27198).
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const above = dirname(resolve(path));
    if (!isSystemError(error, 'ENOENT') || (await isThere(above))) throw error;
    await makeFolder(above, mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const isFolder = await stat(path)
      .then((found) => found.isDirectory())
      .catch(() => false);
    if (!isFolder) throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
