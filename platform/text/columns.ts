import stringWidth from 'string-width';
import { fillColumns } from './fill-columns.ts';

/**
 * The cells of a table, each filled with blanks to the width of its column in a font of one width
 * (a Chinese character takes two places, a mark that combines none). A row has as many cells as the
 * first; what it lacks is blank.
 */
export const columns = (rows: readonly (readonly string[])[]): string[][] =>
  fillColumns(rows, stringWidth);
