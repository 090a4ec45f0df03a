/**
 * An instant as Python's `datetime.now(UTC).isoformat()` writes it: `+00:00`, six digits of a
 * second, and none at all at a whole one.
 *
 * @param time RFC 3339 in UTC, with milliseconds at most
 */
export function pythonTime(time: string): string {
  const iso = new Date(time).toISOString();
  const milliseconds = iso.slice(20, 23);
  return `${iso.slice(0, 19)}${milliseconds === '000' ? '' : `.${milliseconds}000`}+00:00`;
}
