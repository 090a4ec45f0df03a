import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { unpackDebianPackages } from '../../../bootstrap/debian-package.mjs';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { say } from '../../../bootstrap/say.mjs';

const CACHE = join(import.meta.dirname, '..', '..', '..', '.cache');
/** Debian's stable suites before 14 have only the first Compose, which is another program. */
const SUITE = 'sid';

/**
 * The command line of Docker Compose v2: `docker compose` where that is installed, else Debian's
 * program unpacked into the checkout's cache. Throws where neither is to be had.
 */
export async function compose(): Promise<readonly [string, ...string[]]> {
  if ((await runProgram('docker', ['compose', 'version'])).ok) return ['docker', 'compose'];
  const program = join(CACHE, 'docker-compose', 'docker-compose');
  await withFolderLock(join(CACHE, 'docker-compose.lock'), async () => {
    if (!existsSync(program)) await fetchCompose(program);
  });
  return [program];
}

async function fetchCompose(program: string): Promise<void> {
  say(`fetching Docker Compose for the tests (Debian's package of ${SUITE}) …`);
  const folder = mkdtempSync(join(CACHE, 'docker-compose-'));
  try {
    const unpacked = await unpackDebianPackages(SUITE, ['docker-compose'], folder);
    const fresh = join(folder, 'docker-compose');
    copyFileSync(join(unpacked, 'usr/libexec/docker/cli-plugins/docker-compose'), fresh);
    chmodSync(fresh, 0o755);
    const outcome = await runProgram(fresh, ['version']);
    if (!outcome.ok) throw new Error(`the fetched Docker Compose does not run: ${outcome.stderr}`);
    mkdirSync(join(program, '..'), { recursive: true });
    renameSync(fresh, program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
