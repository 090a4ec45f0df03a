/** 128 + SIGINT: how a command that was interrupted ends, by the convention of shells. */
const INTERRUPTED = 130;

/** Aborts at Ctrl-C; the command then ends quietly, with the exit code that says so. */
export function untilInterrupted(): AbortSignal {
  const abort = new AbortController();
  process.once('SIGINT', () => {
    process.exitCode = INTERRUPTED;
    abort.abort();
  });
  return abort.signal;
}
