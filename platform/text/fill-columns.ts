/**
 * The cells of a table, each filled with blanks to the width of its column. A row has as many cells
 * as the first; what it lacks is blank.
 *
 * @param widthOf how many places a cell takes
 */
export function fillColumns(
  rows: readonly (readonly string[])[],
  widthOf: (cell: string) => number,
): string[][] {
  const [first = []] = rows;
  const widths = first.map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const filled = (cell: string, width: number) => cell + ' '.repeat(width - widthOf(cell));
  return rows.map((row) => widths.map((width, column) => filled(row[column] ?? '', width)));
}
