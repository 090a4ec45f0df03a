import { runProgram } from '../../bootstrap/run-program.mjs';
import { installPackages, mayInstall } from './docker/machine.ts';

const NAMES = ['chromium', '/usr/bin/chromium'];
const PACKAGES = ['chromium', 'fonts-dejavu-core'];

/**
 * The Chromium of this machine; where something may be installed (CI, TESTS_MAY_INSTALL) Debian's, installed by
 * apt. Undefined where there is none. Throws where it was asked for and does not come.
 */
export async function findChromium(): Promise<string | undefined> {
  const found = await onPath();
  if (found !== undefined || !mayInstall()) return found;
  await installPackages(PACKAGES);
  return onPath();
}

/** What apt would install for it; nothing where it is there. */
export const packagesOfChromium = async (): Promise<readonly string[]> =>
  (await onPath()) === undefined ? PACKAGES : [];

async function onPath(): Promise<string | undefined> {
  for (const name of NAMES) {
    const { ok, stdout } = await runProgram('sh', ['-c', `command -v ${name}`]);
    if (ok) return stdout.trim();
  }
  return undefined;
}
