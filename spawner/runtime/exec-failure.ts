import { engineMessage } from '../../platform/docker/engine-error.ts';
import type { ExecOutcome } from './runtime.ts';

const NO_OUTPUT = { stdout: new Uint8Array(), stderr: new Uint8Array() };

/** A program that was not run, or of which nobody knows: what kept it, as its outcome. */
export const execFailure = (error: unknown): ExecOutcome => ({
  ...NO_OUTPUT,
  ended: 'failed',
  reason: engineMessage(error),
});
