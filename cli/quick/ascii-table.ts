import { fillColumns } from '../../platform/text/fill-columns.ts';

/** Whether it is made of the visible characters of ASCII alone. */
export const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/**
 * As `textTable` has it, without what knows the widths of all the world's characters. Undefined where
 * a cell has others than the visible ones of ASCII.
 */
export function asciiTable(rows: readonly (readonly string[])[]): string | undefined {
  if (rows.some((row) => row.some((cell) => !isAscii(cell)))) return undefined;
  return fillColumns(rows, (cell) => cell.length)
    .map((line) => `${line.join('  ').trimEnd()}\n`)
    .join('');
}
