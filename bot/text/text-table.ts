/** Rows under a header in columns, for a font of one width. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(...[header, ...rows].map((row) => width(row[column] ?? '')), width(name)),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((wanted, column) => {
        const cell = row[column] ?? '';
        return cell + ' '.repeat(wanted - width(cell));
      })
      .join(' │ ')
      .trimEnd();
  const rule = widths.map((wanted) => '─'.repeat(wanted)).join('─┼─');
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** Code points: near enough for most scripts. */
const width = (text: string): number => [...text].length;
