import type { Readable, Writable } from 'node:stream';

/** A call that the quick way began and told on stderr: whether it was stored is open. */
export interface BegunCall {
  /** Of its event. */
  id: string;
  at: Date;
}

/** What a command gets from its caller. */
export interface CommandStreams {
  env: Record<string, string | undefined>;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable;
  stderr: Writable;
  /** To be gone on with, under the same id. */
  begun?: BegunCall | undefined;
}
