import { chmod, mkdir } from 'node:fs/promises';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataPaths } from './data-paths.ts';

/** Keys and what people wrote are in it: nobody else's business. */
const PRIVATE = 0o700;

/** Makes the data folder, for its owner only. Throws ORC_DATA_DIR with the system's reason. */
export async function makeDataFolder(paths: DataPaths): Promise<void> {
  try {
    await mkdir(paths.root, { recursive: true, mode: PRIVATE });
    await chmod(paths.root, PRIVATE);
  } catch (cause) {
    throw dataFolderError(paths, cause);
  }
}

/** ORC_DATA_DIR: the folder, and what the system says about it. */
export function dataFolderError(paths: DataPaths, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = `The data folder ${paths.root} cannot be written (${reason})`;
  return new OrchestratorError('ORC_DATA_DIR', detail, { cause });
}
