/** One write of a container to one of its streams, or a piece of it, as the engine keeps it. */
export interface LogFrame {
  /** RFC 3339 with nine digits, so that the order of texts is the order of times. */
  timestamp: string;
  /** Without the end of the line. */
  bytes: Uint8Array;
  /** Its line ends here. */
  endsLine: boolean;
}

const HEADER_BYTES = 8;
const TIMESTAMP_BYTES = '2006-01-02T15:04:05.000000000Z'.length;
const NEWLINE = 0x0a;

/**
 * The engine cuts longer lines into pieces of this many bytes (moby, daemon/logger/copier.go). A
 * piece that is not the last of its line has just this size; that the last one ends with a line
 * feed is not so for every engine and log driver.
 */
const PIECE_BYTES = 16 * 1024;

/**
 * Cuts the engine's multiplexed stream (Engine API, "Attach to a container", stream format; with
 * timestamps) into frames. It is asked for one stream at a time, so the stream's number is not read.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): LogFrame[] {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : Buffer.from(chunk);
    const frames: LogFrame[] = [];
    for (;;) {
      if (bytes.length < HEADER_BYTES) break;
      const end = HEADER_BYTES + bytes.readUInt32BE(4);
      if (bytes.length < end) break;
      frames.push(frameOf(bytes.subarray(HEADER_BYTES, end)));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return frames;
  }
}

function frameOf(entry: Buffer): LogFrame {
  const timestamp = entry.subarray(0, TIMESTAMP_BYTES).toString('latin1');
  const bytes = entry.subarray(TIMESTAMP_BYTES + 1);
  if (bytes.at(-1) === NEWLINE) return { timestamp, bytes: bytes.subarray(0, -1), endsLine: true };
  return { timestamp, bytes, endsLine: bytes.length !== PIECE_BYTES };
}
