import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { unpackDebianPackages } from '../../bootstrap/debian-package.mjs';
import { withFolderLock } from '../../bootstrap/folder-lock.mjs';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { say } from '../../bootstrap/say.mjs';

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
/** Debian's stable suites have these programs too old or not at all. */
const SUITE = 'sid';

export interface DebianProgram {
  name: string;
  /** What people call it. */
  called: string;
  /** Where Debian's package, which has its name, puts it. */
  path: string;
  /** Arguments with which it ends well where it runs. */
  try: readonly string[];
}

/**
 * The path of a program in the checkout's cache, out of Debian's package: neither the machine is
 * changed nor is root needed. Throws where it is not to be had.
 */
export async function debianProgram(wanted: DebianProgram): Promise<string> {
  const program = cachedProgram(wanted.name);
  await withFolderLock(join(CACHE, `${wanted.name}.lock`), async () => {
    if (!existsSync(program)) await fetchProgram(wanted, program);
  });
  return program;
}

/** Where it is once it was fetched. */
export const cachedProgram = (name: string): string => join(CACHE, name, name);

async function fetchProgram(wanted: DebianProgram, program: string): Promise<void> {
  const { name, called } = wanted;
  say(`fetching ${called} for the tests (Debian's package of ${SUITE}) …`);
  const folder = mkdtempSync(join(CACHE, `${name}-`));
  try {
    const unpacked = await unpackDebianPackages(SUITE, [name], folder);
    const fresh = join(folder, name);
    copyFileSync(join(unpacked, wanted.path), fresh);
    chmodSync(fresh, 0o755);
    const outcome = await runProgram(fresh, [...wanted.try]);
    if (!outcome.ok) throw new Error(`the fetched ${called} does not run: ${outcome.stderr}`);
    mkdirSync(join(program, '..'), { recursive: true });
    renameSync(fresh, program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
