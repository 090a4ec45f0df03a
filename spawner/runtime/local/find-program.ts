import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** The file that a command's first word means, by the PATH that the command will have. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const candidates = name.includes('/')
    ? [name]
    : path.split(':').map((folder) => join(folder, name));
  for (const candidate of candidates) {
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}
