import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { PAGES } from '../../docs/generate.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');

for (const [name, page] of Object.entries(PAGES)) {
  test(`${join('docs', name)} is what its table says (else: npm run docs)`, async (t) => {
    t.is(await readFile(join(DOCS, name), 'utf8'), page());
  });
}
