import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { asToken } from '../../schemas/ids.ts';
import { isSystemError } from '../../schemas/system-error.ts';

/**
 * The name of a folder of agents, made on first use. It belongs to the folder, not to the host or a
 * process, so that it is the same after any restart, and for everybody who shares the folder.
 */
export async function folderName(agentsFolder: string): Promise<string> {
  await mkdir(agentsFolder, { recursive: true, mode: 0o700 });
  const file = join(agentsFolder, 'node');
  try {
    await writeFile(file, `node-${randomBytes(4).toString('hex')}\n`, { flag: 'wx' });
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}

/** The instance that `npm start` runs, of which a data folder has one. */
export const MAIN_INSTANCE = 'main';

/**
 * The name under which a spawner owns agents: its data folder's, and its own among those that share
 * the folder. The same after a restart, so that it takes its own agents up at once.
 */
export async function nodeName(
  agentsFolder: string,
  instance: string = asToken(hostname()),
): Promise<string> {
  return `${await folderName(agentsFolder)}-${instance}`;
}
