import { access, constants, stat } from 'node:fs/promises';

/** Is it a file that this process may execute? */
export async function mayBeRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    // A folder has the same permission bit for another meaning.
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
