import type { Readable, Writable } from 'node:stream';

/** What a command gets from its caller. */
export interface CommandStreams {
  env: Record<string, string | undefined>;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable;
  stderr: Writable;
}
