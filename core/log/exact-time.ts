const NANOS = 1_000_000_000n;

/**
 * An instant of nanoseconds since 1970 as the server writes it in its JSON: RFC 3339, without zeros at the end.
 *
 * @example
 * exactTime('1500000000'); // '1970-01-01T00:00:01.5Z'
 */
export function exactTime(nanoseconds: string): string {
  const nanos = BigInt(nanoseconds);
  const seconds = new Date(Number(nanos / NANOS) * 1000).toISOString().slice(0, -'.000Z'.length);
  const fraction = String(nanos % NANOS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}
