import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout: where package.json lies, above this file or above the bundle that it became. */
export function projectRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
