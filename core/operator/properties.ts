/** A property with the way to it: `['turn', 'messages', '0']`. */
export type Property = readonly [path: readonly string[], value: unknown];

/**
 * The properties of a value, the nested ones too, as they stand in it; those of objects by their names. What is
 * undefined is left out. Pure.
 *
 * @example
 * propertiesOf({ run: { node: 'a' }, queue: [] }); // [[['queue'], []], [['run', 'node'], 'a']]
 */
export function propertiesOf(value: unknown, path: readonly string[] = []): Property[] {
  const parts = partsOf(value);
  if (parts.length === 0) return [[path, value]];
  return parts.flatMap(([name, part]) => propertiesOf(part, [...path, name]));
}

function partsOf(value: unknown): [string, unknown][] {
  if (value === null || typeof value !== 'object') return [];
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Array.isArray(value) ? parts : parts.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A line a property: `turn.answers  1`. */
export function propertyLines(properties: readonly Property[]): [name: string, value: string][] {
  return properties.map(([path, value]) => [path.join('.'), shownValue(value)]);
}

/** A text as it is, all else as JSON. */
export const shownValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
