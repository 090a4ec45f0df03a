import type { LogLine } from '../../../core/log/append-log.ts';
import type { LogFrame } from './log-frames.ts';
import { formatPosition, type LogPosition } from './log-position.ts';

/** A longer line comes in pieces of at most this many bytes: no line is too large for the broker. */
const MAX_LINE_BYTES = 64 * 1024;

/** Makes lines of frames, from behind a position on: what is before it is passed over. */
export class LineAssembler {
  /** Undefined once it is passed. */
  #passing: LogPosition | undefined;
  #at: LogPosition;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(after: LogPosition | undefined) {
    this.#passing = after;
    this.#at = { timestamp: '', count: 0 };
  }

  push(frame: LogFrame): LogLine[] {
    const before = this.#at;
    this.#at = {
      timestamp: frame.timestamp,
      count: frame.timestamp === before.timestamp ? before.count + 1 : 1,
    };
    if (this.#isPassed()) return [];
    const lines: LogLine[] = [];
    if (this.#bytes > 0 && this.#bytes + frame.bytes.length > MAX_LINE_BYTES) {
      lines.push(this.#take(before, true));
    }
    this.#pieces.push(frame.bytes);
    this.#bytes += frame.bytes.length;
    if (frame.endsLine) lines.push(this.#take(this.#at, false));
    return lines;
  }

  /** The last line, where it has no end. */
  flush(): LogLine[] {
    return this.#pieces.length > 0 ? [this.#take(this.#at, false)] : [];
  }

  #isPassed(): boolean {
    const passing = this.#passing;
    if (passing === undefined) return false;
    const { timestamp, count } = this.#at;
    const isBehind =
      timestamp > passing.timestamp || (timestamp === passing.timestamp && count > passing.count);
    if (isBehind) this.#passing = undefined;
    return !isBehind;
  }

  #take(position: LogPosition, continued: boolean): LogLine {
    const [first = new Uint8Array(0)] = this.#pieces;
    const bytes = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : first;
    this.#pieces = [];
    this.#bytes = 0;
    return { position: formatPosition(position), bytes, continued };
  }
}
