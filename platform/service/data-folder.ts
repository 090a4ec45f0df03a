import { randomUUID } from 'node:crypto';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchestratorError } from '../../schemas/errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import type { DataPaths } from './data-paths.ts';

/** Keys and what people wrote are in it: nobody else's business. */
const PRIVATE = 0o700;

/**
 * Makes the data folder, for its owner only, and sees that it can be written. Throws ORC_DATA_DIR
 * with the system's reason.
 */
export async function makeDataFolder(paths: DataPaths): Promise<void> {
  try {
    await makeFolder(paths.root, PRIVATE);
    await tryToWrite(paths.root);
    await chmod(paths.root, PRIVATE);
  } catch (cause) {
    throw dataFolderError(paths, cause);
  }
}

/** Folders such as /proc are there for everybody and take no file. */
async function tryToWrite(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${randomUUID()}`);
  await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
  await rm(probe, { force: true });
}

/** ORC_DATA_DIR: the folder, and what the system says about it. */
export function dataFolderError(paths: DataPaths, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = `The data folder ${paths.root} cannot be written (${reason})`;
  return new OrchestratorError('ORC_DATA_DIR', detail, { cause });
}
