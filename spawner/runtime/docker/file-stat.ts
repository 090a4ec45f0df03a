import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineMessage, statusOf } from '../../../platform/docker/engine-error.ts';

/** What the engine tells of a file in a container. */
interface FileStat {
  /** os.FileMode of Go: permission bits, and bits of its own for the type. */
  mode: number;
  linkTarget: string;
}

/** Of Go's io/fs: directory, link, device, pipe, … (`ModeType`). */
const TYPE_BITS = 0x8f280000;
const SYMLINK = 0x08000000;
const FOLDER = 0x80000000;

const MAX_LINKS = 10;

const SERVER_ERROR = 500;

/** May a container, running or not, execute this file? */
export async function mayBeRun(container: Docker.Container, file: string): Promise<boolean> {
  const stat = await followed(container, file);
  return stat !== undefined && (stat.mode & TYPE_BITS) === 0 && (stat.mode & 0o111) !== 0;
}

/** What stands at a path of a container: of a link, where that leads to in the end; `loop`: nowhere. */
export type AtPath = 'nothing' | 'folder' | 'file' | 'loop' | { linkTo: string };

export async function whatIsAt(container: Docker.Container, path: string): Promise<AtPath> {
  const stat = await fileStat(container, path).catch(async (error: unknown) => {
    if (await isLoop(container, path, error)) return 'loop' as const;
    throw error;
  });
  if (stat === 'loop') return stat;
  if (stat === undefined) return 'nothing';
  if ((stat.mode & SYMLINK) !== 0) return { linkTo: stat.linkTarget };
  return (stat.mode & FOLDER) !== 0 ? 'folder' : 'file';
}

/**
 * Whether the engine failed for a link that leads to itself. The answer to a HEAD request has a status
 * and no words: these come with the same path asked for as an archive.
 */
async function isLoop(container: Docker.Container, path: string, error: unknown): Promise<boolean> {
  if (statusOf(error) !== SERVER_ERROR) return false;
  return container.getArchive({ path }).then(
    (archive) => {
      (archive as Readable).destroy();
      return false;
    },
    (told: unknown) => /too many links/.test(engineMessage(told)),
  );
}

/** Is there a file, a link or anything else of this path? */
export async function isThere(container: Docker.Container, path: string): Promise<boolean> {
  return (await fileStat(container, path)) !== undefined;
}

async function followed(container: Docker.Container, file: string): Promise<FileStat | undefined> {
  for (let path = file, links = 0; links < MAX_LINKS; links += 1) {
    const stat = await fileStat(container, path);
    if (stat === undefined || (stat.mode & SYMLINK) === 0) return stat;
    path = stat.linkTarget;
  }
  return undefined;
}

async function fileStat(container: Docker.Container, path: string): Promise<FileStat | undefined> {
  try {
    // dockerode hands out the response itself, and leaves it untyped.
    const response = (await container.infoArchive({ path })) as IncomingMessage;
    // Or its connection is never free again.
    response.resume();
    const header = String(response.headers['x-docker-container-path-stat'] ?? '');
    // The engine's own words (Engine API, "Get information about files in a container").
    return JSON.parse(Buffer.from(header, 'base64').toString()) as FileStat;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
