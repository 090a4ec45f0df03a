// Before the tests: an engine, its base images and Compose, which take longer to be had the first
// time than a test may be silent. Where there can be none, that is said, and the tests go without.
import { baseImages } from './support/docker/base-images.ts';
import { compose } from './support/docker/compose.ts';
import { dockerEngine } from './support/docker/engine.ts';

const engine = await dockerEngine();
if (engine !== undefined) {
  await baseImages(engine);
  await compose();
}
