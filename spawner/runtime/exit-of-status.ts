import { constants } from 'node:os';
import type { ProcessExit } from './runtime.ts';

/**
 * A shell's status above 128 is a signal's number (POSIX, "Exit Status for Commands"). A program
 * that itself exits with such a status is told as killed.
 */
export function exitOfStatus(status: number): ProcessExit {
  const { signals } = constants;
  const signal = Object.entries(signals).find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}
