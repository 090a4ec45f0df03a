import { runProgram } from '../../bootstrap/run-program.mjs';
import { debianProgram } from './debian-program.ts';

const TRY = ['version', '--client'];

/** kubectl: the one on the PATH, else Debian's in the checkout's cache. Throws where there is neither. */
export async function kubectl(): Promise<string> {
  if ((await runProgram('kubectl', TRY)).ok) return 'kubectl';
  return debianProgram({ name: 'kubectl', called: 'kubectl', path: 'usr/bin/kubectl', try: TRY });
}
