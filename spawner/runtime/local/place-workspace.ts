import { cp, lstat, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { isSystemError } from '../../../schemas/system-error.ts';
import type { WorkspaceSource } from '../runtime.ts';
import type { RunFolder } from './run-folder.ts';

/** Makes an agent's workspace what it is to be, whole or not at all; one that is there stays as it is. */
export async function placeWorkspace(
  source: WorkspaceSource,
  { home, workspace }: RunFolder,
): Promise<void> {
  if (await isThere(workspace)) return;
  await mkdir(home, { recursive: true, mode: 0o700 });
  if ('inPlace' in source) {
    await symlink(await source.inPlace(), workspace);
    return;
  }
  const made = await source.make();
  try {
    await rename(made, workspace);
  } catch (error) {
    if (!isSystemError(error, 'EXDEV')) throw error;
    await copyOver(made, workspace);
  }
}

/** To another disk. */
async function copyOver(made: string, workspace: string): Promise<void> {
  const half = `${workspace}.half`;
  await rm(half, { recursive: true, force: true });
  await cp(made, half, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await rename(half, workspace);
  await rm(made, { recursive: true, force: true });
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
