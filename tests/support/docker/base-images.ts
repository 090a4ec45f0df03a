import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { say } from '../../../bootstrap/say.mjs';
import { importDebianRoot } from './debian-root.ts';
import { type DockerEngine, docker, hasImage, imageLabel } from './docker-cli.ts';
import { mayInstall } from './machine.ts';
import { type StandIn, standIns } from './stand-ins.ts';

const CACHE = join(import.meta.dirname, '..', '..', '..', '.cache');
const DEBIAN = 'orchestrator-test-debian:bookworm';

/** On every stand-in: which of the recipes it was made by. */
const LABEL = 'dev.orchestrator.stand-in';
/**
 * Raised with every change of a recipe. What an older one made is made anew; what a newer one made
 * stays, so that two checkouts on one machine do not take turns.
 */
const RECIPE = 2;

/**
 * Sees to it that the engine has the official images that the Dockerfiles and the Compose file
 * name. Those that it lacks are made from Debian's packages under the official names; nothing is
 * pulled, and the real image, where it is there, stays. On a machine where nothing may be installed
 * they are left to be pulled by whoever builds.
 */
export async function baseImages(engine: DockerEngine): Promise<void> {
  if (!mayInstall() || (await lacking(engine)).length === 0) return;
  await withFolderLock(join(CACHE, 'docker-images.lock'), async () => {
    const wanted = await lacking(engine);
    if (wanted.length > 0 && !(await hasImage(engine, DEBIAN))) {
      say('making a Debian image for the tests …');
      await importDebianRoot(engine, DEBIAN);
    }
    for (const image of wanted) await build(engine, image);
  });
}

async function lacking(engine: DockerEngine): Promise<StandIn[]> {
  const images = standIns(DEBIAN);
  const labels = await Promise.all(images.map(({ name }) => imageLabel(engine, name, LABEL)));
  return images.filter((_image, index) => isLacking(labels[index]));
}

/** Without that label it is the real image. */
const isLacking = (label: string | undefined): boolean =>
  label === undefined || (label !== '' && !(Number(label) >= RECIPE));

async function build(engine: DockerEngine, image: StandIn): Promise<void> {
  say(`making a stand-in for the image ${image.name} …`);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-image-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), image.dockerfile);
    await image.prepare?.(folder);
    const label = `${LABEL}=${RECIPE}`;
    await docker(engine, ['build', '--quiet', '--label', label, '--tag', image.name, folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
