import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a follower calls, and what it begins with: all that a folded state depends on is behind these. */
const FOLD = `
export { foldMessage } from './core/domain/fold-message.ts';
export { initialSystem } from './core/domain/system-state.ts';
`;

/**
 * The version of the fold: a hash over the code that takes part in it, as one minified text. Comments,
 * types, and what stands beside the fold in the same files are not in it, for they change no state.
 * `inputs` are the files that it was made of with the SHA-256 of each: whoever reads the version sees
 * by them whether it still holds (docs/decisions/0087-what-a-checkpoint-depends-on.md).
 *
 * @param {string} root the folder that has `core/`, `schemas/` and `node_modules/`
 * @returns {Promise<{ version: string, inputs: Record<string, string> }>}
 */
export async function foldVersion(root) {
  const esbuild = await import('esbuild');
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: FOLD, resolveDir: root, sourcefile: 'fold', loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = imports.map(({ path }) => path).filter((path) => !path.startsWith('node:'));
  const own = Object.keys(metafile.inputs).filter((path) => path !== 'fold');
  const manifests = packages.map((name) => `node_modules/${name}/package.json`);
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  for (const path of unique(manifests)) hash.update(`\0${path}\0${versionIn(join(root, path))}`);
  const inputs = unique([...own, ...manifests]).map((path) => [path, sha256(join(root, path))]);
  return { version: hash.digest('hex').slice(0, 16), inputs: Object.fromEntries(inputs) };
}

/** @param {string[]} names */
const unique = (names) => [...new Set(names)].sort();

/** @param {string} path of a package.json */
const versionIn = (path) => JSON.parse(readFileSync(path, 'utf8')).version;

/** @param {string} path */
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
