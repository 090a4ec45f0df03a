import { type FileHandle, open } from 'node:fs/promises';
import type { LogLine } from '../../../core/log/append-log.ts';
import type { FolderWatch } from './folder-watch.ts';
import { LineSplitter } from './line-splitter.ts';

const CHUNK_BYTES = 256 * 1024;
const BATCH_LINES = 500;

/**
 * The lines of a file that grows, from a byte offset on, in batches of at most 500. Reads no
 * further than the consumer has asked for. Ends when `ended` says that nobody writes any more and
 * everything is read, or when the signal aborts or the watch is closed.
 */
export async function* tailLog(
  file: string,
  offset: number,
  watch: FolderWatch,
  ended: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void, undefined> {
  const handle = await open(file, 'r');
  const splitter = new LineSplitter(offset);
  let position = offset;
  try {
    while (!signal.aborted && !watch.closed) {
      const changes = watch.count;
      // Asked before reading: what was written before the end is then read.
      const last = ended();
      const chunk = await newBytes(handle, position);
      position += chunk.length;
      if (chunk.length > 0) yield* batches(splitter.push(chunk));
      else if (last) return yield* batches(splitter.flush());
      else await watch.changedSince(changes, signal).catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}

/** What stands behind a position, of at most a chunk; while nothing does, nothing is kept for it. */
async function newBytes(handle: FileHandle, position: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(0, size - position)));
  if (chunk.length === 0) return chunk;
  const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
  return chunk.subarray(0, bytesRead);
}

function* batches(lines: LogLine[]): Generator<LogLine[], void, undefined> {
  for (let begin = 0; begin < lines.length; begin += BATCH_LINES) {
    yield lines.slice(begin, begin + BATCH_LINES);
  }
}
