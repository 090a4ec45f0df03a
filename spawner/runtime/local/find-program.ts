import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * The file that a command's first word means, by the PATH and the working folder that the command
 * will have; undefined where there is none, or none that may be run.
 */
export async function findProgram(
  name: string,
  path: string,
  folder: string,
): Promise<string | undefined> {
  const candidates = name.includes('/') ? [name] : path.split(':').map((each) => join(each, name));
  for (const candidate of candidates) {
    const file = resolve(folder, candidate);
    if (await mayBeRun(file)) return file;
  }
  return undefined;
}

async function mayBeRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    // A folder has the same permission bit for another meaning.
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
