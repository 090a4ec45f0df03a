/** The end of a text in at most so many bytes of UTF-8, with no character of it cut. Pure. */
export function endInBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let start = Math.max(0, bytes.length - maxBytes);
  while (isWithin(bytes[start])) start += 1;
  return bytes.subarray(start).toString();
}

/** A byte of a character that has begun before it. */
const isWithin = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
