import { join, resolve } from 'node:path/posix';

/**
 * The file that a command's first word means, by the PATH and the working folder that the command
 * will have; undefined where there is none, or none that may be run.
 */
export async function findProgram(
  name: string,
  searchPath: string,
  folder: string,
  mayBeRun: (file: string) => Promise<boolean>,
): Promise<string | undefined> {
  const candidates = name.includes('/')
    ? [name]
    : searchPath.split(':').map((each) => join(each, name));
  for (const candidate of candidates) {
    const file = resolve(folder, candidate);
    if (await mayBeRun(file)) return file;
  }
  return undefined;
}
