/** One event of a stream of them, as its reader gets it. */
export interface SentEvent {
  /** The place behind which `Last-Event-ID` goes on. */
  id: number;
  /** One line. */
  data: string;
}

/** Whole server-sent events, encoded once for all who read them. */
export interface FeedChunk {
  /** It has every event behind this place of the stream … */
  after: number;
  /** … up to this one, which may be that of a message that is none of them. */
  through: number;
  bytes: Uint8Array;
}

const ID = 'id: ';
const END_OF_EVENT = '\n\n';

/** An event as it goes over the wire (WHATWG HTML, 9.2.5). `data` is JSON, which has no line break. */
export const frameOf = ({ id, data }: SentEvent): string =>
  `${ID}${id}\ndata: ${data}${END_OF_EVENT}`;

/** The events of a chunk behind a place within it. */
export function bytesAfter({ after, through, bytes }: FeedChunk, place: number): Uint8Array {
  if (place <= after) return bytes;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (place >= through) return all.subarray(all.length);
  let at = 0;
  while (at < all.length && idAt(all, at) <= place) {
    at = all.indexOf(END_OF_EVENT, at) + END_OF_EVENT.length;
  }
  return all.subarray(at);
}

const idAt = (bytes: Buffer, at: number): number =>
  Number(bytes.toString('latin1', at + ID.length, bytes.indexOf('\n', at)));
