// Makes dist/orchestrator.cjs in an image's build, where the packages are there already.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from '../bootstrap/bundle.mjs';
import { say } from '../bootstrap/say.mjs';

await bundleCli({ root: dirname(dirname(fileURLToPath(import.meta.url))), say });
