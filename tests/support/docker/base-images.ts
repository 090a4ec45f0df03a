import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { say } from '../../../bootstrap/say.mjs';
import { importDebianRoot } from './debian-root.ts';
import { type DockerEngine, docker, hasImage, imageLabels } from './docker-cli.ts';
import { mayInstall } from './machine.ts';
import { type StandIn, standIns } from './stand-ins.ts';

const CACHE = join(import.meta.dirname, '..', '..', '..', '.cache');
/** With what debian-root.ts adds to it: older ones have nothing to install from. */
const DEBIAN = 'orchestrator-test-debian:bookworm-with-packages';
/** Before the official name: whoever composes or builds for real never finds one by accident. */
const PREFIX = 'orchestrator-stand-in/';

/** On every stand-in: which of the recipes it was made by. */
const LABEL = 'dev.orchestrator.stand-in';
/**
 * Raised with every change of a recipe. What an older one made is made anew; what a newer one made
 * stays, so that two checkouts on one machine do not take turns.
 */
const RECIPE = 2;

/** Whose names the Dockerfiles and the Compose file take as variables. */
export type BaseImages = Record<StandIn['variable'], string>;

/**
 * The images that tests build on: the official one where the engine has it, else its stand-in.
 * Throws where it has neither; `npm run setup:docker` sees to that.
 */
export async function baseImages(engine: DockerEngine): Promise<BaseImages> {
  const { found, lacking } = await look(engine);
  if (lacking.length === 0) return Object.fromEntries(found) as BaseImages; // All are there.
  const names = lacking.map(({ name }) => name).join(', ');
  throw new Error(`the engine lacks ${names}: npm run setup:docker`);
}

/**
 * Sees to it that the engine has them. Where packages of this machine may be installed, stand-ins
 * are made of Debian's; nothing is pulled then. Elsewhere the official ones are pulled.
 */
export async function ensureBaseImages(engine: DockerEngine): Promise<void> {
  if ((await look(engine)).lacking.length === 0) return;
  await withFolderLock(join(CACHE, 'docker-images.lock'), async () => {
    const { lacking } = await look(engine);
    if (mayInstall()) return buildAll(engine, lacking);
    for (const { name } of lacking) await docker(engine, ['pull', '--quiet', name]);
  });
}

async function look(engine: DockerEngine) {
  const images = standIns(DEBIAN);
  const names = images.flatMap(({ name }) => [name, PREFIX + name]);
  const labels = await imageLabels(engine, names, LABEL);
  const usable = ({ name }: StandIn): string | undefined => {
    // With a recipe under the official name it is a stand-in too, of an older version of these tests.
    if (labels.get(name) === '') return name;
    return Number(labels.get(PREFIX + name)) >= RECIPE ? PREFIX + name : undefined;
  };
  return {
    found: images.map((image) => [image.variable, usable(image)] as const),
    lacking: images.filter((image) => usable(image) === undefined),
  };
}

async function buildAll(engine: DockerEngine, images: readonly StandIn[]): Promise<void> {
  if (!(await hasImage(engine, DEBIAN))) {
    say('making a Debian image for the tests …');
    await importDebianRoot(engine, DEBIAN);
  }
  const isNode = ({ variable }: StandIn) => variable === 'NODE_IMAGE';
  // The others in turn, since the first makes a layer of all of them.
  const inTurn = async (each: readonly StandIn[]) => {
    for (const image of each) await build(engine, image);
  };
  await Promise.all([
    inTurn(images.filter(isNode)),
    inTurn(images.filter((image) => !isNode(image))),
  ]);
}

async function build(engine: DockerEngine, image: StandIn): Promise<void> {
  say(`making a stand-in for the image ${image.name} …`);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-image-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), image.dockerfile);
    await image.prepare?.(folder);
    const labels = ['--label', `${LABEL}=${RECIPE}`];
    const tag = ['--tag', PREFIX + image.name];
    await docker(engine, ['build', '--quiet', ...labels, ...tag, folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
