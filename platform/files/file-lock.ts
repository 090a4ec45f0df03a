import { randomUUID } from 'node:crypto';
import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { isSystemError } from '../../schemas/system-error.ts';
import type { BackOffTimes } from '../async/back-off.ts';
import { retry } from '../async/retry.ts';

/** A lock of this age was left behind: what is done under one takes milliseconds. */
const STALE_MS = 30_000;

const TIMES: BackOffTimes = { firstMs: 20, longestMs: 500 };

/** How long a lock that another process holds is waited for. */
const PATIENCE_MS = 4_000;

/**
 * Does `work` while no other process does that keeps to the same lock: a folder `<path>.lock`, which
 * is the convention of proper-lockfile, and so of the CLIs that use it. A lock that a killed process
 * left behind is taken over. Rejects as `work` does, and with EEXIST where another holds the lock on
 * and on.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await retry(() => acquire(lock), {
    isPassing: (error) => isSystemError(error, 'EEXIST'),
    patienceMs: PATIENCE_MS,
    times: TIMES,
  });
  try {
    return await work();
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}

async function acquire(lock: string): Promise<void> {
  try {
    await mkdir(lock, { mode: 0o700 });
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) await removeStale(lock);
    throw error;
  }
}

/**
 * Of several that see the same stale lock, one moves it away. One that has looked before that and
 * moves after it may move the new lock, as with proper-lockfile: who works under a lock looks once more
 * at what is there before it is replaced.
 */
async function removeStale(lock: string): Promise<void> {
  const found = await stat(lock).catch(() => undefined);
  if (found === undefined || Date.now() - found.mtimeMs < STALE_MS) return;
  const away = `${lock}.${randomUUID()}`;
  await rename(lock, away)
    .then(() => rmdir(away))
    .catch(() => undefined);
}
