import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { apiClient } from '../../docs/pages/api-client.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'client');

test('docs/client is what the API is (else: npm run docs)', async (t) => {
  t.timeout(120_000);
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(FOLDER, name)).isFile());
  const there = files.map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]);
  const wanted = await apiClient();
  t.deepEqual(files.toSorted(), [...wanted.keys()].toSorted());
  for (const [name, text] of there) t.true(wanted.get(name ?? '') === text, name);
});
