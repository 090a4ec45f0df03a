// Makes /program: what the image of the services runs; in an image's build, where the packages are there already.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../bootstrap/package.mjs';

await bundleProgram({
  root: dirname(dirname(fileURLToPath(import.meta.url))),
  folder: '/program',
});
