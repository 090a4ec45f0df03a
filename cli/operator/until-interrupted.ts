import type { Writable } from 'node:stream';

/** 128 + SIGINT: how a command that was interrupted ends, by the convention of shells. */
const INTERRUPTED = 130;

/**
 * Aborts at Ctrl-C, and when nobody reads the output any more (`| head`); the command then ends
 * quietly, at Ctrl-C with the exit code that says so.
 */
export function untilInterrupted(stdout: Writable): AbortSignal {
  const abort = new AbortController();
  process.once('SIGINT', () => {
    process.exitCode = INTERRUPTED;
    abort.abort();
  });
  stdout.once('error', () => abort.abort());
  return abort.signal;
}
