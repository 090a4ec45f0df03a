import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import { unpackDebianPackages } from '../../bootstrap/debian-package.mjs';
import { withFolderLock } from '../../bootstrap/folder-lock.mjs';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { say } from '../../bootstrap/say.mjs';
import { ownPort } from './own-port.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const INSTALLED = '/usr/sbin/sshd';
/** The last whose server is one program, which works wherever it is unpacked. */
const SUITE = 'bookworm';
const PACKAGES = ['openssh-server', 'libwrap0'];

/** A server of ssh on loopback, which lets one key in as the user who runs this. */
export interface TestSshd {
  /** `user@host`. */
  target: string;
  port: number;
  /** Files: the private key that is let in, and the hosts that are known. */
  key: string;
  knownHosts: string;
}

/** Debian’s own sshd: the machine’s, or else out of the package, without a change of the machine. */
export async function startSshd(
  t: Pick<ExecutionContext, 'teardown'>,
  folder: string,
): Promise<TestSshd> {
  const { program, libraries } = await sshdProgram();
  const [hostKey, key] = [await newKey(folder, 'host'), await newKey(folder, 'user')];
  const port = ownPort(t);
  const config = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${key}.pub`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const knownHosts = join(folder, 'known_hosts');
  const [type, hash] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${hash}\n`);
  const command = [program, '-D', '-e', '-f', config];
  const child = spawn('sh', ['-c', `${asRoot(folder)}exec "$@"`, 'sshd', ...command], {
    env: { PATH: process.env.PATH, ...(libraries && { LD_LIBRARY_PATH: libraries }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await untilListening(child.stderr);
  return { target: `${userInfo().username}@127.0.0.1`, port, key, knownHosts };
}

/** For root it gives up its rights as a user that Debian’s package would have made: here, it alone sees one. */
function asRoot(folder: string): string {
  if (userInfo().uid !== 0) return '';
  const passwd = readFileSync('/etc/passwd', 'utf8');
  if (/^sshd:/m.test(passwd)) return 'mkdir -p /run/sshd && ';
  const file = join(folder, 'passwd');
  writeFileSync(file, `${passwd}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`);
  const own = `mount --bind ${file} /etc/passwd && mkdir -p /run/sshd && exec "$@"`;
  return `exec unshare --mount sh -c '${own}' sshd "$@"; `;
}

async function untilListening(stderr: NodeJS.ReadableStream): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    if (line.startsWith('Server listening')) {
      stderr.resume();
      return;
    }
    said.push(line);
  }
  throw new Error(`sshd does not listen: ${said.join('; ')}`);
}

async function newKey(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const made = await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  if (!made.ok) throw new Error(`ssh-keygen: ${made.stderr}`);
  return file;
}

async function sshdProgram(): Promise<{ program: string; libraries?: string }> {
  if (existsSync(INSTALLED)) return { program: INSTALLED };
  const folder = join(CACHE, 'sshd');
  await withFolderLock(join(CACHE, 'sshd.lock'), async () => {
    if (!existsSync(folder)) await fetchSshd(folder);
  });
  const libraries = ['lib', 'usr/lib'].flatMap((each) =>
    ['x86_64', 'aarch64'].map((arch) => join(folder, each, `${arch}-linux-gnu`)),
  );
  return { program: join(folder, 'usr/sbin/sshd'), libraries: libraries.join(':') };
}

async function fetchSshd(folder: string): Promise<void> {
  say(`fetching sshd for the tests (Debian's package of ${SUITE}) …`);
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'sshd-'));
  try {
    renameSync(await unpackDebianPackages(SUITE, PACKAGES, fresh), folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
