import { constants } from 'node:fs';
import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../schemas/system-error.ts';

const PREFIX = 'spawner-';
const SUFFIX = '.jsonl';

/** A node that has not written its checkpoint for so long, ms, does not come back by its name. */
const ABANDONED_MS = 7 * 24 * 3_600_000;

/**
 * The path of a node's checkpoint in a folder. What stands in one is the log's, not the node's: a node
 * that has none begins with the newest of another, such as that of the container in whose place its own
 * has come. Those of nodes that are gone for good are removed.
 */
export async function ownCheckpoint(folder: string, node: string): Promise<string> {
  const own = join(folder, `${PREFIX}${node}${SUFFIX}`);
  const others = (await checkpoints(folder)).filter(({ path }) => path !== own);
  const [newest] = others.toSorted((a, b) => b.writtenAt - a.writtenAt);
  if (newest !== undefined) await copyUnlessThere(newest.path, own);
  const abandoned = others.filter(({ writtenAt }) => writtenAt < Date.now() - ABANDONED_MS);
  await Promise.all(abandoned.map(({ path }) => rm(path, { force: true })));
  return own;
}

async function checkpoints(folder: string): Promise<{ path: string; writtenAt: number }[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  });
  const found = names.filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX));
  return Promise.all(
    found.map(async (name) => {
      const path = join(folder, name);
      // 0: another one has removed it just now.
      const writtenAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { path, writtenAt };
    }),
  );
}

async function copyUnlessThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST') && !isSystemError(error, 'ENOENT')) throw error;
  }
}
