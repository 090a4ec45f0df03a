/** A line of a session file, and what it says. */
export interface SessionLine {
  line: string;
  value: unknown;
}

/** The whole lines of a file of JSON lines; undefined where one is none. What stands behind the last end of a line is left out. */
export function parsedLines(text: string): SessionLine[] | undefined {
  const lines: SessionLine[] = [];
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line.trim() === '') continue;
    try {
      lines.push({ line, value: JSON.parse(line) });
    } catch {
      return undefined;
    }
  }
  return lines;
}

export const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** Every string in a JSON value, but names of fields. */
export function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) yield* stringsIn(inner);
  }
}
