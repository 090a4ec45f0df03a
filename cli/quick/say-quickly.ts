import { writeSync } from 'node:fs';
import type { BegunCall } from '../../agents/voice/command-streams.ts';
import { beginQuickly, type QuickCall } from '../../agents/voice/quick-way.ts';
import { isSystemError } from '../../schemas/system-error.ts';

/**
 * Does it where nothing is in its way: `done` when it was. Otherwise what the whole command goes on
 * with, under the same id, so that it is stored once; undefined where nothing was begun. Never throws.
 */
export async function sayQuickly(
  call: QuickCall,
  env: NodeJS.ProcessEnv,
): Promise<'done' | BegunCall | undefined> {
  const quick = beginQuickly(call, env);
  if (quick === undefined) return undefined;
  let shown = '';
  const out = (text: string) => {
    shown = text;
  };
  if (!(await quick.finish({ err: tell, out }))) return quick.begun;
  // What nobody takes is an error that the whole command knows to tell.
  return shown === '' || isWritten(shown) ? 'done' : quick.begun;
}

/** stderr is only a log: nothing fails because nobody takes it. Node's own stream takes long to make. */
function tell(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    // A pipe that is full at the moment and does not block: the stream waits for its reader.
    if (isSystemError(error, 'EAGAIN')) {
      process.stderr.write(line);
    }
  }
}

/** False where not a byte of it was. */
function isWritten(text: string): boolean {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
    return true;
  } catch {
    if (written > 0) process.stdout.write(bytes.subarray(written));
    return written > 0;
  }
}
