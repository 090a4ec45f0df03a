import { readdirSync, readFileSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from '../../schemas/system-error.ts';
import { killAll, processesWith } from './process-tree.ts';

/** Removes a folder of a system or of agents, and whatever still runs in it. */
export async function removeFolder(folder: string): Promise<void> {
  killAll(processesWith(folder));
  for (const cgroup of cgroupsOf(folder)) await removeCgroup(cgroup);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Of its runs, as their keepers have noted them. */
function cgroupsOf(folder: string): string[] {
  return [...filesBelow(folder)]
    .filter((path) => path.includes('/runs/') && basename(path) === 'cgroup')
    .map((path) => readFileSync(path, 'utf8').trim())
    .filter((path) => path !== '');
}

/** Through no link: Node's own recursion follows those of agents, round and round. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Those that were killed need a moment to be gone. */
async function removeCgroup(path: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const error: unknown = await rmdir(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isSystemError(error, 'EBUSY')) return;
    await delay(20);
  }
}
