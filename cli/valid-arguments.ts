import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { OrchestratorError } from '../schemas/errors.ts';

/**
 * Throws ORC_NOT_UTF8 for arguments that are not text. Node shows invalid bytes as U+FFFD, so a
 * command line that has one is looked at closely where the system lets us (`/proc`, Linux).
 */
export function requireText(args: readonly string[]): void {
  if (!args.some((arg) => arg.includes('\uFFFD'))) return;
  if (!isUtf8(commandLineBytes())) throw new OrchestratorError('ORC_NOT_UTF8');
}

function commandLineBytes(): Uint8Array {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch {
    return new Uint8Array(0);
  }
}
