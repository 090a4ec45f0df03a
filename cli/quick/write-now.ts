import { writeSync } from 'node:fs';
import { isSystemError } from '../../schemas/system-error.ts';

/** stderr is only a log: nothing fails because nobody takes it. Node's own stream takes long to make. */
export function tell(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    // A pipe that is full at the moment and does not block: the stream waits for its reader.
    if (isSystemError(error, 'EAGAIN')) {
      process.stderr.write(line);
    }
  }
}

/** Writes to stdout. False where not a byte of it was written. */
export function isWritten(text: string): boolean {
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
