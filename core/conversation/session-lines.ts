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

/**
 * The same session in another home: paths below the old one lead below the new one, so that nobody who remembers a path
 * works in somebody else's folder. What a model has signed stays as it is: changed, its service would refuse it. Pure.
 *
 * @returns undefined where a line is no JSON
 */
export function sessionInHome(text: string, from: string, to: string): string | undefined {
  if (from === to || !text.includes(asInJson(from))) return text;
  const lines = parsedLines(text);
  return lines
    ?.map(({ line, value }) =>
      line.includes(asInJson(from)) ? JSON.stringify(replaced(value, from, to)) : line,
    )
    .map((line) => `${line}\n`)
    .join('');
}

const asInJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function replaced(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, from, to));
  if (typeof value !== 'object' || value === null || 'signature' in value) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, replaced(inner, from, to)]);
  return Object.fromEntries(fields);
}
