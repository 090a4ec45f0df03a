import { readFileSync } from 'node:fs';
import { runProgram } from '../../../bootstrap/run-program.mjs';

/**
 * Whether what the tests lack may be installed on this machine: root's Debian, and somebody who
 * asked for it (CI, `npm run setup:docker`). Nobody's machine is changed by `npm test` alone.
 */
export function mayInstall(): boolean {
  const asked = process.env.CI === 'true' || process.env.TESTS_MAY_INSTALL === 'true';
  return asked && process.getuid?.() === 0 && osRelease().includes('\nID=debian\n');
}

function osRelease(): string {
  try {
    return `\n${readFileSync('/etc/os-release', 'utf8')}`;
  } catch {
    return '';
  }
}

/** Installs Debian's packages on this machine; what is there already costs nothing. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const lacking = [];
  for (const name of names) {
    const { ok, stdout } = await runProgram('dpkg-query', ['--status', name]);
    if (!ok || !stdout.includes('\nStatus: install ok installed\n')) lacking.push(name);
  }
  if (lacking.length === 0) return;
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  // One index of many may be out of reach: whether the packages come is what counts.
  await runProgram('apt-get', ['-qq', 'update'], { env });
  const args = ['-qq', 'install', '--yes', '--no-install-recommends', ...lacking];
  const outcome = await runProgram('apt-get', args, { env });
  if (outcome.ok) return;
  const reason = outcome.stderr.split('\n').find((line) => line.startsWith('E: '));
  throw new Error(`apt-get could not install ${lacking.join(', ')}: ${reason ?? outcome.reason}`);
}
