import { columns } from '../platform/text/columns.ts';
import { visibleLine } from '../schemas/visible-text.ts';

/**
 * Columns of text, as wide as their widest cell; ends with a line end. A row is a line and a cell
 * stays in its row, whatever it holds.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([head, ...rows].map((line) => line.map(visibleLine)))
    .map((line) => `${line.join('  ').trimEnd()}\n`)
    .join('');
}
