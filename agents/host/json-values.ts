export type JsonObject = Record<string, unknown>;

/** A value as an object, where it is one; an empty one else. What a CLI says is looked at warily. */
export const objectOf = (value: unknown): JsonObject =>
  // Any object may be read by name; what is not there is undefined.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The object of a line, or undefined for a line that is none. */
export function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? objectOf(value) : undefined;
  } catch {
    return undefined;
  }
}

/** A text on one line, cut where it is long: for logs. */
export function brief(text: string, limit = 400): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)} …` : line;
}
