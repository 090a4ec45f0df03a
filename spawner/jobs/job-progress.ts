import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FolderWatch } from '../runtime/local/folder-watch.ts';
import type { JobSaid } from './executor.ts';

/** In the job's folder: what its program writes to descriptor 3. */
export const PROGRESS_FILE = 'progress.jsonl';

/** Of one line; a longer one is none. */
const MAX_LINE = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** One line: how far it is, or what it comes to. What does not fit is passed by. */
const progressLine = z.object({
  text: z.string().optional().catch(undefined),
  percent: z.number().optional().catch(undefined),
  result: z.json().optional(),
});
type ProgressLine = z.infer<typeof progressLine>;

export interface ProgressOptions {
  file: string;
  said: (said: JobSaid) => Promise<void>;
  /** Nothing is written any more: what is there is read to its end. */
  over: AbortSignal;
  /** Lets go. */
  signal: AbortSignal;
}

/**
 * Tells the lines of progress as they are written, each with its place in the file. Of many that were
 * written meanwhile the last is told: it is what counts by now. Rejects as `signal` aborts.
 */
export async function followProgress({ file, said, over, signal }: ProgressOptions): Promise<void> {
  const watch = new FolderWatch(dirname(file));
  over.addEventListener('abort', () => watch.settle(), { once: true });
  let position = 0;
  try {
    for (;;) {
      const changes = watch.count;
      const last = over.aborted;
      const { lines, end } = await linesFrom(file, position);
      position = end;
      const line = lines.filter(isProgress).at(-1);
      if (line) await said({ text: line.text, percent: line.percent, position: String(end) });
      if (last) return;
      if (!over.aborted) await watch.changedSince(changes, signal);
    }
  } finally {
    watch.close();
  }
}

export const isProgress = ({ text, percent }: ProgressLine): boolean =>
  text !== undefined || percent !== undefined;

/** What the program says that it comes to, where it says so; the last time counts. */
export async function lastResult(file: string): Promise<unknown> {
  let position = 0;
  let result: unknown;
  for (;;) {
    const { lines, end } = await linesFrom(file, position);
    for (const line of lines) if (line.result !== undefined) result = line.result;
    if (end === position) return result;
    position = end;
  }
}

/** The whole lines behind a place of the file, and where the next one begins. */
async function linesFrom(
  file: string,
  position: number,
): Promise<{ lines: ProgressLine[]; end: number }> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return { lines: [], end: position };
  try {
    const lines: ProgressLine[] = [];
    let rest = Buffer.alloc(0);
    let end = position;
    for (;;) {
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        end + rest.length,
      );
      if (bytesRead === 0) return { lines, end };
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        lines.push(...parsed(rest.subarray(0, at)));
        rest = rest.subarray(at + 1);
        end += at + 1;
      }
      if (rest.length > MAX_LINE) {
        end += rest.length;
        rest = Buffer.alloc(0);
      }
    }
  } finally {
    await handle.close();
  }
}

/** All lines of a text, the last one also without an end. */
export const progressLines = (bytes: Uint8Array): ProgressLine[] =>
  Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : parsed(Buffer.from(line))));

function parsed(line: Buffer): ProgressLine[] {
  try {
    const said = progressLine.safeParse(JSON.parse(line.toString('utf8')));
    return said.success ? [said.data] : [];
  } catch {
    return [];
  }
}
