/** A line of the input, numbered from 1. */
export type InputLine = { number: number } & (
  | { kind: 'text'; text: string }
  | { kind: 'not-utf8' }
  | { kind: 'too-large'; bytes: number }
);

const NEWLINE = 0x0a;

/** A byte order mark is the user's too. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The lines of a byte stream as they are, without their newline; the last counts without one, empty
 * ones are left out. Of a line over `limit` bytes no more than that is ever held.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<InputLine, void, undefined> {
  const line = new LineBuffer(limit);
  let number = 1;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      yield* line.take(number);
      number += 1;
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  }
  yield* line.take(number);
}

class LineBuffer {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.byteLength;
    if (this.#bytes > this.#limit) this.#parts = [];
    else if (part.byteLength > 0) this.#parts.push(part);
  }

  /** The line, if there is one; the next begins. */
  take(number: number): InputLine[] {
    const [parts, bytes] = [this.#parts, this.#bytes];
    this.#parts = [];
    this.#bytes = 0;
    if (bytes === 0) return [];
    if (bytes > this.#limit) return [{ number, kind: 'too-large', bytes }];
    try {
      return [{ number, kind: 'text', text: UTF8.decode(Buffer.concat(parts)) }];
    } catch {
      return [{ number, kind: 'not-utf8' }];
    }
  }
}
