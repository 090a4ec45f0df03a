/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/**
 * JSON as Python's `json.dumps` writes it by default: a space behind `,` and `:`, everything but
 * printable ASCII escaped. Older clients were written against its bytes.
 */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return ascii(JSON.stringify(value));
  const members = Object.entries(value).map(
    ([name, member]) => `${ascii(JSON.stringify(name))}: ${pythonJson(member)}`,
  );
  return `{${members.join(', ')}}`;
}

const ascii = (text: string): string =>
  text.replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
