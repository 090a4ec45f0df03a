/** Shorter values are no secrets, and would take ordinary words with them. */
const SHORTEST = 6;

/** Takes secret values out of what is printed or stated: CLIs quote keys in their errors. */
export function secretFilter(secrets: readonly string[]): (text: string) => string {
  const values = secrets.filter((value) => value.length >= SHORTEST);
  return (text) => values.reduce((clean, value) => clean.replaceAll(value, '***'), text);
}
