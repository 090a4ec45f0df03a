import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { say } from '../../../bootstrap/say.mjs';
import { hasRealClis } from '../../runner/real-clis.ts';
import { digestOfFiles } from '../digest-of-files.ts';
import { baseImages } from './base-images.ts';
import { type DockerEngine, docker, hasImage } from './docker-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** On every image of the tests: of which checkout it is, so that its next one replaces it. */
const LABEL = 'dev.orchestrator.test-image';
/** The agent CLIs of the image in which real agents are tested. */
const AGENTS_IN_IMAGE = 'claude,codex,droid';

/** The image in which agents live, built from this checkout, without agent CLIs. Its name. */
export const workerImage = (engine: DockerEngine): Promise<string> =>
  projectImage(engine, 'worker', 'orchestrator-worker');

/** The same with some of the agent CLIs. */
export const workerImageWithAgents = (engine: DockerEngine): Promise<string> =>
  projectImage(engine, 'worker', 'orchestrator-worker-agents', [`AGENTS=${AGENTS_IN_IMAGE}`]);

/** The image of the system's own services, built from this checkout. Its name. */
export const orchestratorImage = (engine: DockerEngine): Promise<string> =>
  projectImage(engine, 'orchestrator', 'orchestrator');

/** All that the tests will ask for, before any of them waits for it. */
export async function ensureProjectImages(engine: DockerEngine): Promise<void> {
  await ensureSharedLayers(engine);
  const workers = async () => {
    await workerImage(engine);
    if (hasRealClis(process.env)) await workerImageWithAgents(engine);
  };
  await Promise.all([workers(), orchestratorImage(engine)]);
}

/** What both begin with: built first, so that each finds it in the engine's cache, also side by side. */
async function ensureSharedLayers(engine: DockerEngine): Promise<void> {
  const { args, digest } = await contentOf(engine);
  const names = ['orchestrator-worker', 'orchestrator'].map((each) => `${each}:test-${digest}`);
  const there = await Promise.all(names.map((name) => hasImage(engine, name)));
  if (!there.includes(false)) return;
  const options = ['--quiet', '--file', 'images/worker/Dockerfile', '--target', 'packages'];
  const built = args.flatMap((each) => ['--build-arg', each]);
  await docker(engine, ['build', ...options, ...built, '.'], { cwd: ROOT });
}

/** All that an image is made of: the arguments of its build, and a digest of these and of the files. */
async function contentOf(engine: DockerEngine, more: readonly string[] = []) {
  const { NODE_IMAGE } = await baseImages(engine);
  const base = await docker(engine, ['image', 'inspect', '--format', '{{.Id}}', NODE_IMAGE]);
  const args = [`NODE_IMAGE=${NODE_IMAGE}`, ...more];
  return { args, digest: digestOfFiles(['.dockerignore', ...context()], [...args, base]) };
}

/** Of this process: which image it is costs three programs, and a look at all files of the checkout. */
const known = new Map<string, Promise<string>>();

function projectImage(
  engine: DockerEngine,
  ...image: [folder: string, repository: string, more?: readonly string[]]
): Promise<string> {
  const key = JSON.stringify([engine.host, ...image]);
  const found = known.get(key) ?? builtImage(engine, ...image);
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}

/** Built once for what is in it: the tag is a digest of that, so that two checkouts never meet. */
async function builtImage(
  engine: DockerEngine,
  folder: string,
  repository: string,
  more: readonly string[] = [],
): Promise<string> {
  const { args, digest } = await contentOf(engine, more);
  const name = `${repository}:test-${digest}`;
  if (await hasImage(engine, name)) return name;
  await withFolderLock(join(ROOT, '.cache', `image-${folder}.lock`), async () => {
    if (await hasImage(engine, name)) return;
    say(`building the image ${name} for the tests …`);
    const file = join('images', folder, 'Dockerfile');
    const label = `${LABEL}=${checkout()}`;
    const options = ['--quiet', '--file', file, '--tag', name, '--label', label];
    const built = args.flatMap((each) => ['--build-arg', each]);
    await docker(engine, ['build', ...options, ...built, '.'], { cwd: ROOT });
    await removeOlder(engine, repository, label, name);
  });
  return name;
}

/** What .dockerignore lets into the context of the build. */
function context(): string[] {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}

const checkout = (): string => createHash('sha256').update(ROOT).digest('hex').slice(0, 12);

/** One that a container still uses stays, which is all the same. */
async function removeOlder(
  engine: DockerEngine,
  repository: string,
  label: string,
  kept: string,
): Promise<void> {
  const filters = ['--filter', `label=${label}`, '--filter', `reference=${repository}`];
  const format = ['--format', '{{.Repository}}:{{.Tag}}'];
  const names = (await docker(engine, ['images', ...filters, ...format])).split('\n');
  for (const name of names) {
    if (name === '' || name === kept) continue;
    await docker(engine, ['rmi', name]).catch(() => undefined);
  }
}
