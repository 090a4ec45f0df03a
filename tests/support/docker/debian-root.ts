import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deb822Sources, oneLineSources } from '../../../bootstrap/debian-sources.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { type DockerEngine, dockerEnvironment } from './docker-cli.ts';
import { installPackages, mayInstall } from './machine.ts';

const SUITE = 'bookworm';

/**
 * Makes an image of Debian's smallest system from the machine's own mirror, under the given name.
 * It is what the official images stand on, and a build can install packages in it.
 */
export async function importDebianRoot(engine: DockerEngine, name: string): Promise<void> {
  if (!mayInstall())
    throw new Error(`${name} can be made only by root on Debian, with npm run setup:docker`);
  await installPackages(['debootstrap']);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-debian-'));
  try {
    const root = join(folder, 'root');
    const args = ['--variant=minbase', '--include=ca-certificates', SUITE, root, mirror()];
    await run('debootstrap', args);
    await run('chroot', [root, 'apt-get', 'clean']);
    rmSync(join(root, 'var/lib/apt/lists'), { recursive: true, force: true });
    const pack = `set -o pipefail; tar -C '${root}' -c . | docker import - '${name}'`;
    await run('bash', ['-c', pack], dockerEnvironment(engine));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The address of the Debian mirror that this machine's apt uses. */
function mirror(): string {
  const parts = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...readdirSync(parts).map((file) => join(parts, file))];
  for (const file of files) {
    const text = readIfThere(file);
    const uri = file.endsWith('.sources')
      ? /^uris: (\S+)/m.exec(deb822Sources(text, SUITE))?.[1]
      : /^deb (?:\[[^\]]*\] )?(\S+)/.exec(oneLineSources(text, SUITE))?.[1];
    if (uri !== undefined) return uri;
  }
  throw new Error("this machine's apt has no Debian mirror");
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function run(program: string, args: string[], env = process.env): Promise<void> {
  const outcome = await runProgram(program, args, { env });
  if (outcome.ok) return;
  const last = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').at(-1);
  throw new Error(`${program}: ${outcome.reason}: ${last}`);
}
