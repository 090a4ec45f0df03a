import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDebianPackages } from '../../bootstrap/debian-package.mjs';
import { withFolderLock } from '../../bootstrap/folder-lock.mjs';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { installPackages, mayInstall } from './docker/machine.ts';

/** How a Redis is run: program and first arguments of each. */
export interface RedisPrograms {
  server: readonly string[];
  cli: readonly string[];
}

type Name = 'redis' | 'valkey';

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const SUITES = ['sid', 'testing'];

/** What they are linked with, down to the C library: newer than the machine's own perhaps. */
const LIBRARIES = [
  ...['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1', 'libjemalloc2', 'liblzf1'],
  ...['libssl3t64', 'libsystemd0', 'zlib1g', 'libzstd1', 'libcap2'],
];

/** A Redis: of the PATH, of the cache, installed by apt where one is root, else unpacked. */
export async function findRedis(): Promise<RedisPrograms> {
  const installed = (await onPath()) ?? cached('redis');
  if (installed) return installed;
  if (mayInstall()) await installPackages(['redis-server']).catch(() => undefined);
  return (await onPath()) ?? fetched('redis');
}

/** A Valkey of Debian's packages. */
export const findValkey = async (): Promise<RedisPrograms> =>
  cached('valkey') ?? (await fetched('valkey'));

async function onPath(): Promise<RedisPrograms | undefined> {
  const programs = { server: ['redis-server'], cli: ['redis-cli'] };
  const runs = await Promise.all(
    [...programs.server, ...programs.cli].map((each) => runProgram(each, ['--version'])),
  );
  return runs.every(({ ok }) => ok) ? programs : undefined;
}

function cached(name: Name): RedisPrograms | undefined {
  const root = join(CACHE, name);
  if (!existsSync(root)) return undefined;
  const library = join(root, 'usr/lib', `${machine()}-linux-gnu`);
  const loader = join(
    library,
    machine() === 'x86_64' ? 'ld-linux-x86-64.so.2' : 'ld-linux-aarch64.so.1',
  );
  const program = (file: string) => [
    loader,
    '--library-path',
    library,
    join(root, 'usr/bin', file),
  ];
  return { server: program(`${name}-server`), cli: program(`${name}-cli`) };
}

const hasApt = (): boolean => existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');

const machine = (): string => (process.arch === 'arm64' ? 'aarch64' : 'x86_64');

/** Moved into place as the last step, so that the cache never holds half of it. */
async function fetched(name: Name): Promise<RedisPrograms> {
  return withFolderLock(join(CACHE, `${name}.lock`), async () => {
    const reasons: string[] = hasApt() ? [] : ['this machine has no apt'];
    for (const suite of hasApt() ? SUITES : []) {
      const known = cached(name);
      if (known) return known;
      const folder = mkdtempSync(join(CACHE, `${name}-download-`));
      try {
        const unpacked = await unpackDebianPackages(suite, [`${name}-tools`, ...LIBRARIES], folder);
        // One program with two names: which of them it is called by tells it what to be.
        symlinkSync(`${name}-check-rdb`, join(unpacked, 'usr/bin', `${name}-server`));
        renameSync(unpacked, join(CACHE, name));
      } catch (error) {
        reasons.push(`${suite}: ${error instanceof Error ? error.message : error}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const found = cached(name);
    if (found) return found;
    throw new Error(`no ${name}: ${reasons.join('; ')}. To go on, put ${name}-server on PATH`);
  });
}
