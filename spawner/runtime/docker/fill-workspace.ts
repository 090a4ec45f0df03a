import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { WorkspaceSource } from '../runtime.ts';
import { foldersOf, putEntries } from './archive.ts';
import { AGENT_UID, HOME } from './container-options.ts';
import { isThere } from './file-stat.ts';

/** Set once a workspace is whole: it is the agent's own from then on, in this home and for ever. */
const WHOLE = '.orchestrator/workspace-is-whole';

/**
 * Puts what an agent's workspace is to be into its container, which has not begun yet, through the
 * engine alone: no path of the spawner's machine is mounted. What was begun and not ended is done again.
 */
export async function fillWorkspace(
  container: Docker.Container,
  source: WorkspaceSource,
): Promise<void> {
  if (await isThere(container, `${HOME}/${WHOLE}`)) return;
  if ('inPlace' in source) {
    throw new Error(
      'an agent in a container works in a clone; in place only processes do (ORCHESTRATOR_RUNTIME=local)',
    );
  }
  const folder = await source.make();
  await putEntries(container, HOME, foldersOf(['workspace/.', WHOLE], AGENT_UID));
  await putFolder(container, folder, `${HOME}/workspace`);
  const mark = { name: WHOLE, uid: AGENT_UID, mode: 0o600, type: 'file', content: '' } as const;
  await putEntries(container, HOME, [mark]);
  await rm(folder, { recursive: true, force: true });
}

/** By `tar`, as a stream: a repository may be large. Owners are the agent's. */
async function putFolder(
  container: Docker.Container,
  folder: string,
  target: string,
): Promise<void> {
  const owner = [`--owner=:${AGENT_UID}`, `--group=:${AGENT_UID}`, '--numeric-owner'];
  const tar = spawn('tar', ['--create', ...owner, '--directory', folder, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(tar, 'close');
  await container.putArchive(tar.stdout, { path: target });
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}
