import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { statusOf } from '../../../platform/docker/engine-error.ts';
import { FileRefused } from '../file-refused.ts';
import { foldersOf } from './archive.ts';
import { AGENT_UID, HOME } from './container-options.ts';
import { whatIsAt } from './file-stat.ts';

const NOT_THERE = 404;

/**
 * Reads a plain file below an agent's home in its container, running or ended; undefined where there
 * is none.
 *
 * A folder that the agent makes a link between the look and the read leads to another file of its own
 * container. The file itself comes as what it is at that moment, a link as a link.
 *
 * @throws FileRefused for a link, anything that is no plain file, and more than `maxBytes`; and what
 * the engine says
 */
export async function takeHomeFile(
  container: Docker.Container,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  for (const { name } of foldersOf([path], AGENT_UID)) {
    const found = await whatIsAt(container, `${HOME}/${name}`);
    if (found === 'nothing') return undefined;
    if (found !== 'folder') throw refused(path, 'a link or no folder is on its way');
  }
  const found = await whatIsAt(container, `${HOME}/${path}`);
  if (found === 'nothing') return undefined;
  if (found !== 'file') throw refused(path, 'it is no plain file');
  try {
    const stream = (await container.getArchive({ path: `${HOME}/${path}` })) as Readable;
    return await onlyFile(stream, path, maxBytes);
  } catch (error) {
    if (statusOf(error) === NOT_THERE) return undefined;
    throw error;
  }
}

/** The one file of an archive. */
async function onlyFile(stream: Readable, path: string, maxBytes: number): Promise<Uint8Array> {
  const archive = extract();
  stream.on('error', (error) => archive.destroy(error)).pipe(archive);
  try {
    for await (const entry of archive) {
      const { type, size = 0 } = entry.header;
      if (type !== 'file') throw refused(path, 'it is no plain file');
      if (size > maxBytes) throw refused(path, `it is larger than ${maxBytes} bytes`);
      return await buffer(entry);
    }
    throw refused(path, 'it is no plain file');
  } finally {
    // What is left of it is the padding of the archive, or what is not wanted.
    stream.destroy();
  }
}

const refused = (path: string, why: string): FileRefused =>
  new FileRefused(path, why, { to: 'read' });
