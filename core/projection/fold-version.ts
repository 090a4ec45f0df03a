import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Everything that takes part in a fold: what an event is, and what it does to the state. */
const SOURCES = ['core/domain', 'schemas'];

/**
 * A version of the fold: the hash of its own code, so that nobody has to remember to raise a number
 * and a state that other code folded is never gone on from.
 */
export async function foldVersion(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
      hash.update(`${folder}/${name}\0`).update(await readFile(join(ROOT, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
