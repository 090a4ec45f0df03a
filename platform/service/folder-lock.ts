import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { OrchestratorError } from '../../schemas/errors.ts';
import { derivedId } from '../../schemas/ids.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import { dataFolderError, makeDataFolder } from './data-folder.ts';
import type { DataPaths } from './data-paths.ts';
import { processIdentity } from './process-identity.ts';

/** One run's hold of its data folder. */
export interface FolderLock {
  /** Lets the next run have the folder. */
  release(): Promise<void>;
}

/**
 * Takes the data folder for this process, making it where it is missing. Throws ORC_DATA_LOCKED,
 * naming the pid, while another run holds it, and ORC_DATA_DIR where it cannot be written.
 *
 * The lock is a file that says who holds it. That of a dead process is taken over, and of several
 * starters exactly one does: whoever links the successor of that very lock, whose name is derived
 * from its content. Only then is the lock itself replaced, so a starter that comes late with what
 * it read before finds another lock there, and begins again.
 */
export async function lockFolder(paths: DataPaths): Promise<FolderLock> {
  await makeDataFolder(paths);
  const record = JSON.stringify({
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    nonce: randomUUID(),
  });
  const draft = `${paths.lock}.${randomUUID()}`;
  try {
    await writeFile(draft, `${record}\n`, { flag: 'wx', mode: 0o600 });
    while (!(await attempt(paths, draft)));
  } catch (error) {
    throw error instanceof OrchestratorError ? error : dataFolderError(paths, error);
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => release(paths, `${record}\n`) };
}

/** True when the lock is ours; false when it changed meanwhile, and is to be looked at again. */
async function attempt(paths: DataPaths, draft: string): Promise<boolean> {
  const held = await content(paths.lock);
  if (held === undefined) return linked(draft, paths.lock);
  const claim = await claimSuccessor(paths, held, draft);
  if (claim === undefined) return false;
  const won = (await content(paths.lock)) === held;
  if (won) await rename(draft, paths.lock);
  await rm(claim, { force: true });
  return won;
}

/** Walks from a dead lock to its last successor, which may have died before it took over. */
async function claimSuccessor(
  paths: DataPaths,
  held: string,
  draft: string,
): Promise<string | undefined> {
  let current = held;
  for (;;) {
    refuseWhileAlive(paths, current);
    const claim = `${paths.lock}.${derivedId('', current)}`;
    if (await linked(draft, claim)) return claim;
    const successor = await content(claim);
    if (successor === undefined) return undefined;
    current = successor;
  }
}

function refuseWhileAlive(paths: DataPaths, held: string): void {
  const { pid, identity } = holder(held);
  if (pid === undefined || processIdentity(pid) !== identity) return;
  const detail = `The data folder ${paths.root} is in use by another run (process ${pid})`;
  throw new OrchestratorError('ORC_DATA_LOCKED', detail);
}

/** A lock that says nothing readable (the machine went down while it was written) is nobody's. */
function holder(held: string): { pid?: number; identity?: string } {
  try {
    const record: unknown = JSON.parse(held);
    if (typeof record !== 'object' || record === null) return {};
    const pid = 'pid' in record && typeof record.pid === 'number' ? record.pid : undefined;
    const identity =
      'identity' in record && typeof record.identity === 'string' ? record.identity : undefined;
    return pid === undefined || identity === undefined ? {} : { pid, identity };
  } catch {
    return {};
  }
}

/** Creates `target` with the whole of `draft` at once; false where there is one already. */
async function linked(draft: string, target: string): Promise<boolean> {
  try {
    await link(draft, target);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

async function content(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function release(paths: DataPaths, own: string): Promise<void> {
  if ((await content(paths.lock)) === own) await rm(paths.lock, { force: true });
}
