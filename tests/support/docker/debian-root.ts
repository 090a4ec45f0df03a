import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deb822Sources, oneLineSources } from '../../../bootstrap/debian-sources.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { type DockerEngine, dockerEnvironment } from './docker-cli.ts';
import { installPackages, mayInstall } from './machine.ts';

const SUITE = 'bookworm';

/** What builds on it install, fetched once and not by each; installed is none of it. */
const FETCHED_AHEAD = [
  ...['git', 'openssh-client', 'procps'],
  ...['busybox', 'nginx-light', 'redis-server', 'redis-tools'],
];

/** Makes the image that `importDebianRoot` imports: apt fetches side by side, and no folder is filled. */
export const ROOT_MAKER = 'mmdebstrap';

/**
 * Makes an image of Debian's smallest system from the machine's own mirror, under the given name.
 * It is what the official images stand on, and a build can install packages in it. Other than those it
 * has apt's lists, and in apt's cache the packages that the builds want: their `apt-get update` finds
 * nothing new, and they install without a network.
 */
export async function importDebianRoot(engine: DockerEngine, name: string): Promise<void> {
  if (!mayInstall())
    throw new Error(`${name} can be made only by root on Debian, with npm run setup:docker`);
  await installPackages([ROOT_MAKER]);
  const fetch = 'apt-get -qq install --yes --download-only --no-install-recommends';
  const args = [
    ...['--quiet', '--mode=root', '--variant=minbase', '--include=ca-certificates'],
    ...['--skip=cleanup/apt/lists', '--skip=cleanup/apt/cache'],
    `--customize-hook=chroot "$1" ${fetch} ${FETCHED_AHEAD.join(' ')}`,
    // What apt makes of the lists, at each call again.
    '--customize-hook=rm -f "$1"/var/cache/apt/*.bin',
    ...[SUITE, '-', mirror()],
  ];
  const pack = 'set -o pipefail; name=$0; "$@" | docker import - "$name"';
  await run('bash', ['-c', pack, name, ROOT_MAKER, ...args], dockerEnvironment(engine));
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

async function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const outcome = await runProgram(program, args, { env });
  if (outcome.ok) return;
  const last = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').at(-1);
  throw new Error(`${program}: ${outcome.reason}: ${last}`);
}
