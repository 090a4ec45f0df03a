import { fstatSync, readlinkSync } from 'node:fs';
import type { Readable } from 'node:stream';

/**
 * Is this the process's stdin, and a pipe that has a name in the file system? Those of a shell
 * (`a | b`) have none. Told apart where there is a /proc.
 */
export function isNamedPipe(stdin: Readable): boolean {
  if (!('fd' in stdin) || stdin.fd !== 0) return false;
  try {
    return fstatSync(0).isFIFO() && readlinkSync('/proc/self/fd/0').startsWith('/');
  } catch {
    return false;
  }
}
