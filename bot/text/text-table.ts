import stringWidth from 'string-width';

/** Rows under a header in columns, for a font of one width. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(...[header, ...rows].map((row) => stringWidth(row[column] ?? '')), stringWidth(name)),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((wanted, column) => {
        const cell = row[column] ?? '';
        return cell + ' '.repeat(wanted - stringWidth(cell));
      })
      .join(' │ ')
      .trimEnd();
  const rule = widths.map((wanted) => '─'.repeat(wanted)).join('─┼─');
  return [line(header), rule, ...rows.map(line)].join('\n');
}
