import { runProgram } from '../../../bootstrap/run-program.mjs';
import { debianProgram } from '../debian-program.ts';

/**
 * The command line of Docker Compose v2: `docker compose` where that is installed, else Debian's
 * program unpacked into the checkout's cache (stable suites before 14 have only the first Compose,
 * which is another program). Throws where neither is to be had.
 */
export async function compose(): Promise<readonly [string, ...string[]]> {
  if ((await runProgram('docker', ['compose', 'version'])).ok) return ['docker', 'compose'];
  const program = await debianProgram({
    name: 'docker-compose',
    called: 'Docker Compose',
    path: 'usr/libexec/docker/cli-plugins/docker-compose',
    try: ['version'],
  });
  return [program];
}
