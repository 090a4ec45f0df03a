import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { type DockerEngine, docker, dockerEnvironment } from './docker-cli.ts';

const STORAGE = 'overlay2';

/**
 * Folders whose files are those of others, under second names. An engine mounts its data root onto
 * itself, and no link leads from one mount to another: out of sight of everybody else it is none.
 */
const LINK = `set -e
umount --lazy --recursive "$0" || true
while (($# > 0)); do cp --archive --link "$1" "$2"; shift 2; done`;

/** What an image's own description says of its layers, from the lowest on (OCI image specification). */
interface ImageConfig {
  rootfs: { diff_ids: string[] };
}

/**
 * Puts an image of an engine of this machine into the data root of one that has not started yet. Its
 * files are links to those of the engine: a layer of an image is never written again, and whoever
 * removes it removes names alone. False where that cannot be: another kind of storage, an engine
 * somewhere else, another disk.
 */
export async function linkImage(
  from: DockerEngine,
  image: string,
  dataRoot: string,
): Promise<boolean> {
  const format = '{{.Driver}} {{.DockerRootDir}}';
  const info = (await docker(from, ['info', '--format', format])).trim();
  const source = info.slice(info.indexOf(' ') + 1);
  if (!info.startsWith(`${STORAGE} `)) return false;
  const id = (await docker(from, ['image', 'inspect', '--format', '{{.Id}}', image])).trim();
  try {
    await linkLayers(source, dataRoot, id);
  } catch {
    await rm(dataRoot, { recursive: true, force: true });
    return false;
  }
  const [repository = ''] = image.split(':');
  const repositories = { Repositories: { [repository]: { [image]: id } } };
  const file = join(dataRoot, 'image', STORAGE, 'repositories.json');
  await writeFile(file, JSON.stringify(repositories), { mode: 0o600 });
  return true;
}

async function linkLayers(source: string, target: string, id: string): Promise<void> {
  const described = join('image', STORAGE, 'imagedb/content/sha256', hex(id));
  // Docker's own file; its shape is that of the specification.
  const config = JSON.parse(await readFile(join(source, described), 'utf8')) as ImageConfig;
  await mkdir(join(target, STORAGE, 'l'), { recursive: true });
  await cp(join(source, described), join(target, described));
  const pairs: string[] = [];
  for (const chain of chainIds(config.rootfs.diff_ids)) {
    const about = join('image', STORAGE, 'layerdb/sha256', hex(chain));
    const cacheId = await readFile(join(source, about, 'cache-id'), 'utf8');
    for (const folder of [about, join(STORAGE, cacheId)]) {
      await mkdir(dirname(join(target, folder)), { recursive: true });
      pairs.push(join(source, folder), join(target, folder));
    }
    const name = await readFile(join(source, STORAGE, cacheId, 'link'), 'utf8');
    await symlink(join('..', cacheId, 'diff'), join(target, STORAGE, 'l', name));
  }
  const outcome = await runProgram('unshare', ['--mount', 'bash', '-c', LINK, source, ...pairs]);
  if (!outcome.ok) throw new Error(outcome.stderr);
}

/** A layer's id is made of all below it, too ("Layer ChainID" of the OCI image specification). */
function chainIds(diffIds: readonly string[]): string[] {
  const ids: string[] = [];
  for (const diff of diffIds) {
    const below = ids.at(-1);
    const id = createHash('sha256').update(`${below} ${diff}`).digest('hex');
    ids.push(below === undefined ? diff : `sha256:${id}`);
  }
  return ids;
}

const hex = (id: string): string => id.slice('sha256:'.length);

/** The same for any two engines, by way of an archive. */
export async function copyImage(
  from: DockerEngine,
  to: DockerEngine,
  image: string,
): Promise<void> {
  const copy = 'set -o pipefail; docker save "$0" | DOCKER_HOST="$1" docker load';
  const env = dockerEnvironment(from);
  const outcome = await runProgram('bash', ['-c', copy, image, to.host], { env });
  if (!outcome.ok) throw new Error(`${image} was not copied: ${outcome.stderr.trim()}`);
}
