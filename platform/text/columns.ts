import stringWidth from 'string-width';

/**
 * The cells of a table, each filled with blanks to the width of its column in a font of one width
 * (a Chinese character takes two places, a mark that combines none). A row has as many cells as the
 * first; what it lacks is blank.
 */
export function columns(rows: readonly (readonly string[])[]): string[][] {
  const [first = []] = rows;
  const widths = first.map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  const filled = (cell: string, width: number) => cell + ' '.repeat(width - stringWidth(cell));
  return rows.map((row) => widths.map((width, column) => filled(row[column] ?? '', width)));
}
