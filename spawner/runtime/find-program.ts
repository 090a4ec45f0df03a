import { join, resolve } from 'node:path/posix';

/** A program that a command consists of or runs; `cure`: how to get it, for people. */
interface Wanted {
  program: string;
  cure?: string;
}

/** Which of the programs of a command is not there, in words; undefined where none is missing. */
export async function missingProgram(
  { command, needs = [] }: { command: readonly [string, ...string[]]; needs?: readonly Wanted[] },
  searchPath: string,
  folder: string,
  mayBeRun: (file: string) => Promise<boolean>,
): Promise<string | undefined> {
  const [first] = command;
  const wanted: readonly Wanted[] = [{ program: first }, ...needs];
  for (const { program, cure } of wanted) {
    if (await findProgram(program, searchPath, folder, mayBeRun)) continue;
    return `${program} is not there, or may not be run${cure === undefined ? '' : `; ${cure}`}`;
  }
  return undefined;
}

/**
 * The file that a command's first word means, by the PATH and the working folder that the command
 * will have; undefined where there is none, or none that may be run.
 */
async function findProgram(
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
