import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { cachedProgram, debianProgram } from './debian-program.ts';

const TRY = ['--version'];

/**
 * promtool: the one on the PATH, or Debian's in the checkout's cache, which is fetched where tests may
 * install. Throws where there is none.
 */
export async function promtool(): Promise<string> {
  if ((await runProgram('promtool', TRY)).ok) return 'promtool';
  const { CI, TESTS_MAY_INSTALL } = process.env;
  const mayInstall = CI === 'true' || TESTS_MAY_INSTALL === 'true';
  if (!mayInstall && !existsSync(cachedProgram('promtool'))) {
    throw new Error('there is no promtool; TESTS_MAY_INSTALL=true fetches it');
  }
  const path = join('usr', 'bin', 'promtool');
  return debianProgram({ name: 'promtool', called: 'promtool', path, try: TRY });
}
