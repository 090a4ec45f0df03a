import { damaged } from './damaged.ts';

/** Lines as parts that are as large as a reader takes into memory, and no larger but for one long line. */
export const PART_BYTES = 4 * 1024 * 1024;

/** Lines, without their ends, of what comes in pieces. Throws ORC_EXPORT where the last one has no end. */
export async function* linesOf(
  content: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of content) {
    let begin = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, begin);
      if (end < 0) break;
      yield Buffer.concat([...rest, chunk.subarray(begin, end)]).toString();
      rest = [];
      begin = end + 1;
    }
    if (begin < chunk.length) rest.push(Buffer.from(chunk.subarray(begin)));
  }
  if (rest.length > 0) throw damaged(where, 'its last line has no end');
}

const LINE_FEED = 0x0a;

/** Gathers lines to parts of {@link PART_BYTES}. */
export async function* packedLines(
  lines: AsyncIterable<string>,
  most = PART_BYTES,
): AsyncGenerator<{ bytes: Buffer; count: number }> {
  let kept: string[] = [];
  let size = 0;
  for await (const line of lines) {
    kept.push(`${line}\n`);
    size += Buffer.byteLength(line) + 1;
    if (size < most) continue;
    yield { bytes: Buffer.from(kept.join('')), count: kept.length };
    kept = [];
    size = 0;
  }
  if (kept.length > 0) yield { bytes: Buffer.from(kept.join('')), count: kept.length };
}
