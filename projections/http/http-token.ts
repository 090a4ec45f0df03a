import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import type { Settings } from '../../schemas/settings.ts';
import { isSystemError } from '../../schemas/system-error.ts';

/**
 * The token that the API wants, undefined for none: the one that is set; else none on loopback, and
 * elsewhere one that is made and kept in the data folder.
 */
export async function httpToken(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  if (settings.ORCHESTRATOR_HTTP_TOKEN !== undefined) return settings.ORCHESTRATOR_HTTP_TOKEN;
  return isLoopback(settings.ORCHESTRATOR_HTTP_HOST) ? undefined : keptToken(paths.httpToken);
}

/** An address that only this machine reaches. A name but `localhost` may mean anything. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

async function keptToken(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const made = `${randomBytes(32).toString('base64url')}\n`;
  // Where two processes start at once, one makes the file and both read it.
  await writeFile(file, made, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!isSystemError(error, 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}
