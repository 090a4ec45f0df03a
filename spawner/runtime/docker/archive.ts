import { dirname } from 'node:path/posix';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';

/** What is put into a container's file system; owners and modes are kept as given. */
export type ArchiveEntry = { name: string; uid: number; mode: number } & (
  | { type: 'file'; content: string | Uint8Array }
  | { type: 'directory' }
  | { type: 'symlink'; target: string }
);

/** Puts entries below a folder of a container, running or not, one after the other. */
export async function putEntries(
  container: Docker.Container,
  folder: string,
  entries: readonly ArchiveEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await container.putArchive(await archiveOf(entries), { path: folder });
}

async function archiveOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack();
  const whole = buffer(archive);
  for (const entry of entries) {
    const { name, mode, uid, type } = entry;
    const header = { name, mode, uid, gid: uid, type };
    if (type === 'symlink') archive.entry({ ...header, linkname: entry.target });
    else if (type === 'directory') archive.entry(header);
    else archive.entry(header, Buffer.from(entry.content));
  }
  archive.finalize();
  return whole;
}

/** The folders that files are in, outer ones first, for their owner only. */
export function foldersOf(files: readonly string[], uid: number): ArchiveEntry[] {
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders]
    .toSorted((a, b) => a.length - b.length)
    .map((name) => ({ type: 'directory', name, uid, mode: 0o700 }));
}

/** The links in a folder of a container, and what they point to. */
export async function linksIn(
  container: Docker.Container,
  folder: string,
): Promise<Map<string, string>> {
  const archive = extract();
  const links = new Map<string, string>();
  const stream = await container.getArchive({ path: folder });
  stream.on('error', (error) => archive.destroy(error)).pipe(archive);
  for await (const entry of archive) {
    const { name, type, linkname } = entry.header;
    if (type === 'symlink' && linkname) links.set(name.slice(name.indexOf('/') + 1), linkname);
    entry.resume();
  }
  return links;
}
