import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..');
const CONFIG = z
  .object({ src: z.array(z.string()), exclude: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, '.c8rc.json'), 'utf8')));

/** The page of the console runs in a browser, where nothing counts lines. */
const IN_BROWSER = 'projections/console/**';

/** A module of types alone is never loaded, and would count as code that no test reaches. */
const hasCode = (file: string): boolean =>
  stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'))
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .replaceAll(/[;\s]/g, '') !== '';

test('coverage leaves out the modules of types alone, and the page', async (t) => {
  const typesAlone: string[] = [];
  for await (const file of glob(
    CONFIG.src.map((folder) => `${folder}/**/*.ts`),
    { cwd: ROOT, exclude: [IN_BROWSER] },
  )) {
    if (!hasCode(file)) typesAlone.push(file);
  }
  t.deepEqual(CONFIG.exclude, [IN_BROWSER, ...typesAlone.sort()]);
});
