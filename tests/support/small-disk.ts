import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { isSystemError } from '../../schemas/system-error.ts';

const MEGABYTE = 1024 * 1024;

/** A file system of its own that a test may fill. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
  }

  /** Takes all the room that is left. */
  fill(): void {
    const fd = openSync(this.#filler, 'a');
    // The last blocks one by one.
    for (let bytes = MEGABYTE; bytes >= 1; bytes = Math.floor(bytes / 4)) write(fd, bytes);
    closeSync(fd);
  }

  /** Gives back what was taken. */
  makeRoom(): void {
    rmSync(this.#filler);
  }
}

function write(fd: number, bytes: number): void {
  const block = Buffer.alloc(bytes);
  try {
    for (;;) writeSync(fd, block);
  } catch (error) {
    if (!isSystemError(error, 'ENOSPC')) throw error;
  }
}

/** Gone with the test. Undefined where this may not mount one; with CI=true that is an error. */
export async function smallDisk(
  t: Pick<ExecutionContext, 'teardown'>,
  megabytes: number,
): Promise<SmallDisk | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-disk-'));
  t.teardown(() => rmdirSync(folder));
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'orchestrator-test', folder];
  const mounted = await runProgram('mount', options);
  if (!mounted.ok) {
    if (process.env.CI !== 'true') return undefined;
    throw new Error(`a disk of its own needs the right to mount: ${mounted.stderr.trim()}`);
  }
  t.teardown(async () => {
    const unmounted = await runProgram('umount', [folder]);
    if (!unmounted.ok) throw new Error(unmounted.stderr.trim());
  });
  return new SmallDisk(folder);
}
