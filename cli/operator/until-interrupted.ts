import type { Writable } from 'node:stream';

/** 128 + SIGINT: how a command that was interrupted ends, by the convention of shells. */
const INTERRUPTED = 130;

/**
 * Aborts at Ctrl-C, and when nobody reads the output any more (`| head`); the command then ends
 * quietly, at Ctrl-C with the exit code that says so.
 *
 * @param letGo from its abort on Ctrl-C means nothing to this command any more: it has ended
 */
export function untilInterrupted(stdout: Writable, letGo: AbortSignal): AbortSignal {
  const abort = new AbortController();
  const onInterrupt = () => {
    process.exitCode = INTERRUPTED;
    abort.abort();
  };
  process.once('SIGINT', onInterrupt);
  letGo.addEventListener('abort', () => process.off('SIGINT', onInterrupt), { once: true });
  stdout.once('error', () => abort.abort());
  return abort.signal;
}
