import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { OrchestratorError } from '../schemas/errors.ts';

/**
 * Watches what a command writes to. stderr is only a log: an answer must not fail because nobody
 * takes it. Nor is a reader of stdout that has gone away (`| head`) an error; a full disk is.
 * Returns how to wait for the end of the output: the error that it came to, if any.
 */
export function watchOutput(
  stdout: Writable,
  stderr: Writable,
): () => Promise<OrchestratorError | undefined> {
  let failure: Error | undefined;
  stderr.on('error', () => undefined);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return async () => {
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    // An error is told after the callback of the write.
    await setImmediate();
    if (failure === undefined) return undefined;
    const what = `The output cannot be written: ${failure.message}`;
    return new OrchestratorError('ORC_INTERNAL', what, {
      cause: failure,
      cure: 'What was asked is done; free some space, or write it elsewhere.',
    });
  };
}
