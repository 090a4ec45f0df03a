import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Is there a program of this name that this process may run in one of the folders of a PATH? */
export function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      const file = join(folder, program);
      accessSync(file, constants.X_OK);
      // A folder has the same permission bit for another meaning.
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
