import type { Logger } from 'pino';
import { CheckpointFile } from './checkpoint-file.ts';
import { foldVersion } from './fold-version.ts';
import { SystemFollower, type SystemFollowerOptions } from './system-follower.ts';

/** The checkpoint of this code in a file. */
export const checkpointAt = async (path: string, logger: Logger): Promise<CheckpointFile> =>
  new CheckpointFile({ path, logger, version: await foldVersion() });

/**
 * A follower that goes on from the checkpoint in a file, where there is one that this code wrote, and
 * notes there how far it has come. Each process that follows has a file of its own.
 *
 * @example
 * const path = join(paths.snapshots, 'system.jsonl');
 * const follower = await checkpointedFollower(path, { log, logger, health });
 * await follower.start(signal);
 * // … and at the end
 * await follower.saveCheckpoint();
 */
export async function checkpointedFollower(
  path: string,
  options: Omit<SystemFollowerOptions, 'checkpoint'>,
): Promise<SystemFollower> {
  const checkpoint = await checkpointAt(path, options.logger);
  return new SystemFollower({ ...options, checkpoint });
}
