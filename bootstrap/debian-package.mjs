/* c8 ignore start -- only on Debian, only where neither PATH, cache nor release has a nats-server. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { BootstrapError } from './bootstrap-error.mjs';
import { deb822Sources, oneLineSources } from './debian-sources.mjs';
import { runProgram } from './run-program.mjs';

const APT = '/etc/apt';
const UPDATE_MS = 240_000;

/**
 * Packages of a Debian suite, from the machine's own mirror, unpacked into a folder and not
 * installed: the machine is not changed, and no root is needed. What they depend on is not fetched.
 *
 * @param {string} suite `sid`, `bookworm`, …
 * @param {readonly string[]} names
 * @param {string} folder an empty one, of which everything is used
 * @returns {Promise<string>} the folder in which their `usr/` and `etc/` are
 * @throws {BootstrapError} with apt's own reason
 */
export async function unpackDebianPackages(suite, names, folder) {
  const options = aptOptions(writeSources(suite, folder), folder);
  const env = { ...process.env, LC_ALL: 'C' };
  const how = { cwd: folder, env, timeoutMs: UPDATE_MS };
  // Of this suite, whatever newer one of somebody else's is installed.
  const wanted = names.map((name) => `${name}/${suite}`);
  // A mirror may lack one index and still have the package: the download is what counts.
  const updated = await runProgram('apt-get', [...options, 'update'], how);
  const got = await runProgram('apt-get', [...options, 'download', ...wanted], how);
  const archives = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  if (!got.ok || archives.length < names.length) {
    throw new BootstrapError(aptReason(updated.stderr + got.stderr));
  }
  const unpacked = join(folder, 'unpacked');
  for (const archive of archives) {
    const outcome = await runProgram('dpkg', ['-x', join(folder, archive), unpacked], how);
    if (!outcome.ok) throw new BootstrapError(`dpkg could not unpack it (${outcome.reason})`);
  }
  return unpacked;
}

/** @param {string} suite @param {string} folder @returns {string} the folder of sources */
function writeSources(suite, folder) {
  const files = machineSources();
  const oneLine = files.oneLine.map((text) => oneLineSources(text, suite)).join('');
  const deb822 = files.deb822.map((text) => deb822Sources(text, suite)).join('\n');
  if (oneLine.trim() === '' && deb822.trim() === '') {
    throw new BootstrapError("this machine's apt has no Debian mirror");
  }
  const sources = join(folder, 'sources');
  mkdirSync(sources);
  writeFileSync(join(sources, 'machine.list'), oneLine);
  writeFileSync(join(sources, 'machine.sources'), deb822);
  return sources;
}

/** @returns {{ oneLine: string[], deb822: string[] }} the texts of the machine's own files */
function machineSources() {
  const parts = join(APT, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  const all = [join(APT, 'sources.list'), ...names].filter((path) => existsSync(path));
  /** @param {string} end */
  const ending = (end) =>
    all.filter((path) => path.endsWith(end)).map((path) => readFileSync(path, 'utf8'));
  return { oneLine: ending('.list'), deb822: ending('.sources') };
}

/**
 * Everything that apt reads or writes is in our folder.
 *
 * @param {string} sources
 * @param {string} folder
 */
function aptOptions(sources, folder) {
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  return [
    '-qq',
    ...[
      'Dir::Etc::SourceList=/dev/null',
      `Dir::Etc::SourceParts=${sources}`,
      `Dir::State::Lists=${lists}`,
      `Dir::Cache=${cache}`,
      'Acquire::Languages=none',
      'Acquire::Retries=1',
      'Acquire::http::Timeout=20',
      'Acquire::https::Timeout=20',
      // Else apt, as root, changes to a user who cannot write here, and warns of it.
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]),
  ];
}

/** @param {string} stderr */
function aptReason(stderr) {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line));
  return lines[0]?.slice(3).trim() ?? 'apt-get could not download it';
}
