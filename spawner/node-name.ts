import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The name under which this spawner owns agents. It belongs to the folder that holds their
 * processes' files, not to the host or the process, so that it is the same after any restart.
 */
export async function nodeName(agentsFolder: string): Promise<string> {
  await mkdir(agentsFolder, { recursive: true, mode: 0o700 });
  const file = join(agentsFolder, 'node');
  try {
    await writeFile(file, `node-${randomBytes(4).toString('hex')}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}
