// Before the tests: Chromium, an engine, its base images, Compose, and the images of this checkout, which take
// longer to be had the first time than a test may be silent. With CI=true or TESTS_MAY_INSTALL=true
// (`npm run setup:docker`) what is lacking is installed; else the tests go with what there is.
import { say } from '../bootstrap/say.mjs';
import { findChromium, packagesOfChromium } from './support/chromium.ts';
import { ensureBaseImages } from './support/docker/base-images.ts';
import { compose } from './support/docker/compose.ts';
import { ROOT_MAKER } from './support/docker/debian-root.ts';
import { ensureDockerEngine, packagesOfEngine } from './support/docker/engine.ts';
import { installPackages, mayInstall } from './support/docker/machine.ts';
import { ensureProjectImages } from './support/docker/project-images.ts';

const isWanted = process.env.CI === 'true' || process.env.TESTS_MAY_INSTALL === 'true';

await installTogether();
// Asked for, each must work; else the tests say what they go without.
await Promise.all([
  attempt('Chromium for the tests', prepareChromium),
  attempt('Docker for the tests', prepareDocker),
]);

/** Reading apt's lists takes it longer than most of what is wanted of it: once, and not for each. */
async function installTogether(): Promise<void> {
  if (!mayInstall()) return;
  const [ofChromium, ofEngine] = await Promise.all([packagesOfChromium(), packagesOfEngine()]);
  const ofImages = ofEngine.length > 0 ? [ROOT_MAKER] : [];
  // Whoever needs one of them asks for it again, and says what it lacks.
  await installPackages([...ofChromium, ...ofEngine, ...ofImages, 'iproute2']).catch(
    () => undefined,
  );
}

async function prepareChromium(): Promise<void> {
  if ((await findChromium()) === undefined) {
    say('no Chromium; the tests of the console are left out (`apt-get install chromium`)');
  }
}

async function prepareDocker(): Promise<void> {
  const engine = await ensureDockerEngine();
  if (engine === undefined)
    return say('no Docker engine answers; `npm run setup:docker` installs one');
  await Promise.all([compose(), ensureBaseImages(engine).then(() => ensureProjectImages(engine))]);
}

async function attempt(what: string, does: () => Promise<void>): Promise<void> {
  try {
    await does();
  } catch (error) {
    say(`${what}: ${error instanceof Error ? error.message : error}`);
    if (isWanted) process.exitCode = 1;
  }
}
