import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Written with the bundle, by `bootstrap/fold-version.mjs`. */
const BUILT = join('dist', 'fold-version.json');

const built = z.object({ version: z.string(), inputs: z.record(z.string(), z.string()) });

/** Everything that can take part in a fold: what an event is, and what it does to the state. */
const SOURCES = ['core/domain', 'schemas'];

/**
 * A version of the fold: a hash of its own code, so that nobody has to remember to raise a number and
 * a state that other code folded is never gone on from. The one that was built, which only a change of
 * what the fold does makes another; where the sources are not those that it was built from, one that
 * any change of them makes another (docs/decisions/0087-what-a-checkpoint-depends-on.md).
 *
 * @param root the folder that has `core/`, `schemas/` and `dist/`
 */
export async function foldVersion(root = ownRoot()): Promise<string> {
  return (await builtVersion(root)) ?? (await versionOfSources(root));
}

/** Undefined where nothing was built, or from other sources than those that run. */
async function builtVersion(root: string): Promise<string | undefined> {
  try {
    const { version, inputs } = built.parse(JSON.parse(await readFile(join(root, BUILT), 'utf8')));
    const hashes = Object.entries(inputs).map(async ([path, hash]) => {
      const content = await readFile(join(root, path));
      return createHash('sha256').update(content).digest('hex') === hash;
    });
    return (await Promise.all(hashes)).every(Boolean) ? version : undefined;
  } catch {
    // Whatever it is that cannot be read: the sources have the last word.
    return undefined;
  }
}

async function versionOfSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
      hash.update(`${folder}/${name}\0`).update(await readFile(join(root, folder, name)));
    }
  }
  return `sources-${hash.digest('hex').slice(0, 16)}`;
}

/** The folder above this file, or above the bundle that it became, that has a package.json. */
function ownRoot(folder = import.meta.dirname): string {
  return existsSync(join(folder, 'package.json')) ? folder : ownRoot(dirname(folder));
}
