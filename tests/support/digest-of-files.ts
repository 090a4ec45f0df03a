import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Twelve hex digits that stand for the names and contents of the checkout's files below the given
 * paths, committed or not, without what git ignores; and for `more`.
 */
export function digestOfFiles(paths: readonly string[], more: readonly string[] = []): string {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const file of [...new Set(files)].toSorted()) {
    const content = file === '' ? undefined : contentOf(join(ROOT, file));
    if (content !== undefined) hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

/** Undefined where it was deleted and that is not committed yet. */
function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
