import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** What stands at the other end of stdin: a person, messages line by line, or nobody. */
export type InputKind = 'terminal' | 'lines' | 'none';

/** /dev/null and a closed stdin (which Node opens as /dev/null) are nobody. */
export function inputKind(fd: number): InputKind {
  if (isatty(fd)) return 'terminal';
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isFile() || stat.isSocket() ? 'lines' : 'none';
  } catch {
    return 'none';
  }
}
