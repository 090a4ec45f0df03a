import stringWidth from 'string-width';
import { visibleLine } from '../schemas/visible-text.ts';

/**
 * Columns of text, as wide as their widest cell is seen; ends with a line end. A row is a line and a cell
 * stays in its row, whatever it holds.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((line) => line.map(visibleLine));
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => stringWidth(line[column] ?? ''))),
  );
  return lines
    .map((line) => line.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

const padded = (cell: string, width: number): string =>
  cell + ' '.repeat(Math.max(0, width - stringWidth(cell)));
