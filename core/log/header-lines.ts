/** Names and values, in the order in which they are written. */
export type HeaderPairs = readonly (readonly [string, string])[];

const BREAK = /[\r\n]/;

/**
 * Headers as they go over the wire: `name: value` and a line break each, values without blanks
 * around them. Written by hand: the client's own `MsgHdrs` looks through all names at every one
 * that is set. Throws a TypeError for a value with a line break, which would be another header.
 *
 * @example
 * headerLines([['ce-type', 'response.answer']]); // 'ce-type: response.answer\r\n'
 */
export function headerLines(pairs: HeaderPairs): string {
  let lines = '';
  for (const [name, value] of pairs) {
    if (BREAK.test(value)) throw new TypeError(`the header ${name} has a line break`);
    lines += `${name}: ${value.trim()}\r\n`;
  }
  return lines;
}

const UTF8 = new TextEncoder();

/** The whole block that stands before a payload, of lines that {@link headerLines} wrote. */
export const headerBlock = (lines: string): Uint8Array => UTF8.encode(`NATS/1.0\r\n${lines}\r\n`);
