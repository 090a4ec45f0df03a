import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { statusOf } from '../../../platform/docker/engine-error.ts';
import { FileRefused } from '../file-refused.ts';
import type { HomeFile } from '../runtime.ts';
import { HOME } from './container-options.ts';
import { whatIsAt } from './file-stat.ts';

const NOT_THERE = 404;

/**
 * The first plain file below a folder of the home in a container, running or not, whose path has that ending; undefined where
 * there is none, or the folder is a link.
 *
 * @throws FileRefused where it has more than `maxBytes`
 */
export async function findHomeFile(
  container: Docker.Container,
  { folder, ending, maxBytes }: { folder: string; ending: string; maxBytes: number },
): Promise<HomeFile | undefined> {
  try {
    // Of a link the engine would send what it leads to.
    if ((await whatIsAt(container, `${HOME}/${folder}`)) !== 'folder') return undefined;
    const stream = (await container.getArchive({ path: `${HOME}/${folder}` })) as Readable;
    return await fileIn(stream, folder, { ending, maxBytes });
  } catch (error) {
    if (statusOf(error) === NOT_THERE) return undefined;
    throw error;
  }
}

/** The names in the archive begin with that of the folder itself. */
async function fileIn(
  stream: Readable,
  folder: string,
  { ending, maxBytes }: { ending: string; maxBytes: number },
): Promise<HomeFile | undefined> {
  const archive = extract();
  stream.on('error', (error) => archive.destroy(error)).pipe(archive);
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header;
      const path = `${folder}/${name.slice(name.indexOf('/') + 1)}`;
      if (type !== 'file' || !path.endsWith(ending)) {
        entry.resume();
        continue;
      }
      if (size > maxBytes) {
        throw new FileRefused(path, `it is larger than ${maxBytes} bytes`, { to: 'read' });
      }
      return { path, content: await buffer(entry) };
    }
    return undefined;
  } finally {
    // What is left of it is not wanted.
    stream.destroy();
  }
}
