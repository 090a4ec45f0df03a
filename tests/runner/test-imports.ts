import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A static import or export of a file beside; types alone are erased and load nothing. */
const BESIDE = /^(?:import|export) (?!type\b)(?:[^'"]*? from )?'(\.[^']+)'/gm;

const known = new Map<string, readonly string[]>();

/**
 * The files below `tests/` that a test file loads, itself among them; all paths are relative to the
 * checkout. By this it is told what a test starts without anybody declaring it.
 */
export function testImports(file: string): Set<string> {
  const found = new Set([file]);
  for (const each of found) for (const next of importsOf(each)) found.add(next);
  return found;
}

function importsOf(file: string): readonly string[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const imports = [...readFileSync(join(ROOT, file), 'utf8').matchAll(BESIDE)]
    .map(([, path = '']) => relative(ROOT, join(ROOT, dirname(file), path)))
    // Some tests have programs in texts, with imports of their own.
    .filter((path) => path.startsWith('tests/') && existsSync(join(ROOT, path)));
  known.set(file, imports);
  return imports;
}
