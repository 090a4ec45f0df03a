import { join, relative } from 'node:path/posix';
import type Docker from 'dockerode';
import type { ProcessFile } from '../../../agents/process-file.ts';
import { engineMessage, statusOf } from '../../../platform/docker/engine-error.ts';
import { FileRefused, requireOwnFile } from '../file-refused.ts';
import { type ArchiveEntry, foldersOf, putEntries } from './archive.ts';
import { AGENT_UID, HOME } from './container-options.ts';
import { whatIsAt } from './file-stat.ts';

/**
 * Replaces a file below an agent's home in its container; folders that are there keep the owner and
 * mode that they have.
 *
 * Links are looked at before, so that a file does not land where nobody meant it. The agent may
 * change them between the look and the write, and then the engine follows them: in the file system
 * of this container, out of which no link leads (it unpacks in a chroot of it).
 *
 * @throws FileRefused, and what the engine says
 */
export async function putHomeFile(container: Docker.Container, file: ProcessFile): Promise<void> {
  const { path, content, mode = 0o600 } = file;
  const missing: ArchiveEntry[] = [];
  for (const folder of foldersOf([path], AGENT_UID)) {
    const found = await whatIsAt(container, `${HOME}/${folder.name}`);
    if (found === 'loop') throw new FileRefused(path, NOWHERE);
    if (found === 'nothing') missing.push(folder);
    else if (found === 'file') throw new FileRefused(path, 'something on its way is no folder');
    else if (found !== 'folder') requireOwnFile(path, real(found, path.slice(folder.name.length)));
  }
  const found = await whatIsAt(container, `${HOME}/${path}`);
  if (found === 'loop') throw new FileRefused(path, NOWHERE);
  // Or the engine would remove it with all that is in it.
  if (found === 'folder') throw new FileRefused(path, 'a folder has its name');
  if (typeof found === 'object') requireOwnFile(path, real(found, ''));
  const entry = { type: 'file', name: path, uid: AGENT_UID, mode, content } as const;
  try {
    await putEntries(container, HOME, [...missing, entry]);
  } catch (error) {
    throw isFinal(error) ? new FileRefused(path, engineMessage(error), { cause: error }) : error;
  }
}

const NOWHERE = 'its links lead nowhere';

/** The engine says so with whatever status: the disk takes it neither now nor later. */
const NO_PLACE = /no space left|disk quota exceeded|read-only|file too large|file name too long/i;

const isFinal = (error: unknown): boolean =>
  statusOf(error) !== undefined && NO_PLACE.test(engineMessage(error));

/** Of a path that begins with a link: where it leads, relative to the home. */
const real = ({ linkTo }: { linkTo: string }, rest: string): string =>
  relative(HOME, join(linkTo, rest));
