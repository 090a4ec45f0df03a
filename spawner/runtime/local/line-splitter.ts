import type { LogLine } from '../../../core/log/append-log.ts';

const NEWLINE = 0x0a;

/** A longer line comes in pieces of this many bytes, so that no line is too large for the broker. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Cuts a stream of bytes into lines. Positions are byte offsets behind a line and its end. */
export class LineSplitter {
  #position: number;
  readonly #maxLineBytes: number;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param position offset of the first byte that will be pushed */
  constructor(position: number, maxLineBytes: number = MAX_LINE_BYTES) {
    this.#position = position;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that end in `chunk`, and pieces of a line that is too long for one. */
  push(chunk: Uint8Array): LogLine[] {
    const lines: LogLine[] = [];
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let end = bytes.indexOf(NEWLINE); ; end = bytes.indexOf(NEWLINE)) {
      const length = end < 0 ? bytes.length : end;
      if (length > this.#maxLineBytes) {
        lines.push(this.#take(bytes.subarray(0, this.#maxLineBytes), 0, true));
        bytes = bytes.subarray(this.#maxLineBytes);
      } else if (end >= 0) {
        lines.push(this.#take(bytes.subarray(0, end), 1, false));
        bytes = bytes.subarray(end + 1);
      } else break;
    }
    this.#rest = bytes;
    return lines;
  }

  /** The last line, where it has no end. */
  flush(): LogLine[] {
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    return rest.length > 0 ? [this.#take(rest, 0, false)] : [];
  }

  #take(bytes: Uint8Array, endBytes: number, continued: boolean): LogLine {
    this.#position += bytes.length + endBytes;
    return { position: String(this.#position), bytes, continued };
  }
}
