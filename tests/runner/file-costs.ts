import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileTime } from './slowest-files.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TABLE = join(import.meta.dirname, 'file-costs.tsv');

/** With fewer there may be none that does next to nothing, which all are measured by. */
const FILES_TO_COMPARE = 50;

/**
 * By test file, relative to the checkout, the CPU that it took when that was recorded last, child processes
 * included, in starts: 1 is what the cheapest file of a run took, which does little more than start. So it is
 * the same on a slow machine, and nearly so on a busy one. A file that is newer than the record is not in it.
 */
export function recordedCosts(): Map<string, number> {
  const lines = readFileSync(TABLE, 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [file = '', starts] = line.split('\t');
      return [file, Number(starts)];
    }),
  );
}

/** Takes these up; what was left out this time stays as it was, and what is no more goes. */
export function recordCosts(times: readonly FileTime[]): void {
  if (times.length < FILES_TO_COMPARE) return;
  const start = Math.min(...times.map(({ cpuMs }) => cpuMs));
  const news = times.map(({ file, cpuMs }): [string, number] => [file, cpuMs / start]);
  const lines = [...new Map([...recordedCosts(), ...news])]
    .filter(([file]) => existsSync(join(ROOT, file)))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, starts]) => `${file}\t${starts.toFixed(1)}\n`);
  writeFileSync(TABLE, lines.join(''));
}
