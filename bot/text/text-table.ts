import stringWidth from 'string-width';
import { columns } from '../../platform/text/columns.ts';

/** Rows under a header in columns, for a font of one width. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = columns([header, ...rows]);
  const rule = head.map((cell) => '─'.repeat(stringWidth(cell))).join('─┼─');
  const line = (cells: readonly string[]) => cells.join(' │ ').trimEnd();
  return [line(head), rule, ...rest.map(line)].join('\n');
}
