// Before the tests: Chromium, an engine, its base images, Compose, and the images of this checkout, which take
// longer to be had the first time than a test may be silent. With CI=true or TESTS_MAY_INSTALL=true
// (`npm run setup:docker`) what is lacking is installed; else the tests go with what there is.
import { say } from '../bootstrap/say.mjs';
import { findChromium } from './support/chromium.ts';
import { ensureBaseImages } from './support/docker/base-images.ts';
import { compose } from './support/docker/compose.ts';
import { ensureDockerEngine } from './support/docker/engine.ts';
import { ensureProjectImages } from './support/docker/project-images.ts';

const isWanted = process.env.CI === 'true' || process.env.TESTS_MAY_INSTALL === 'true';

try {
  if ((await findChromium()) === undefined) {
    say('no Chromium; the tests of the console are left out (`apt-get install chromium`)');
  }
} catch (error) {
  say(`Chromium for the tests: ${error instanceof Error ? error.message : error}`);
  if (isWanted) process.exitCode = 1;
}

try {
  const engine = await ensureDockerEngine();
  if (engine === undefined) say('no Docker engine answers; `npm run setup:docker` installs one');
  else {
    await ensureBaseImages(engine);
    await compose();
    await ensureProjectImages(engine);
  }
} catch (error) {
  say(`Docker for the tests: ${error instanceof Error ? error.message : error}`);
  // Asked for, it must work; else the tests say what they go without.
  if (isWanted) process.exitCode = 1;
}
