// AVA loads this before each test file (`require` in ava.config.mjs), each in a process of its own:
// when that ends it notes how long the file took, for slowest-files.ts.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { FileTime } from './slowest-files.ts';

const { TEST_TIMES: folder } = process.env;
const file = relative(process.cwd(), fileURLToPath(test.meta.file));

process.once('exit', () => {
  const time: FileTime = { file, ms: performance.now() };
  if (folder) writeFileSync(join(folder, String(process.pid)), JSON.stringify(time));
});
