import { visibleLine } from '../schemas/visible-text.ts';

/**
 * Columns of text, as wide as their widest cell; ends with a line end. A row is a line and a cell
 * stays in its row, whatever it holds.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((line) => line.map(visibleLine));
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
