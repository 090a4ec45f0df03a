import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { BootstrapError } from './bootstrap-error.mjs';
import { deb822Sources, oneLineSources } from './debian-sources.mjs';
import { runProgram } from './run-program.mjs';

/** Debian 13's own is 2.10, so the stable suites need not be asked. */
const SUITES = ['sid', 'testing'];
const APT = '/etc/apt';
const UPDATE_MS = 240_000;

/**
 * Debian's packages, unpacked and not installed: the machine is not changed, and no root is needed.
 *
 * @returns {import('./nats-server.mjs').NatsServerSource[]} none where the machine has no apt
 */
export function debianPackages() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return [];
  return SUITES.map((suite) => ({
    name: `Debian's package of ${suite}`,
    fetch: (folder) => fetchPackage(suite, folder),
  }));
}

/** @param {string} suite @param {string} folder @returns {Promise<string>} */
async function fetchPackage(suite, folder) {
  const options = aptOptions(writeSources(suite, folder), folder);
  const env = { ...process.env, LC_ALL: 'C' };
  const how = { cwd: folder, env, timeoutMs: UPDATE_MS };
  // A mirror may lack one index and still have the package: the download is what counts.
  const updated = await runProgram('apt-get', [...options, 'update'], how);
  const got = await runProgram('apt-get', [...options, 'download', 'nats-server'], how);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (!got.ok || !archive) throw new BootstrapError(aptReason(updated.stderr + got.stderr));

  const unpacked = join(folder, 'unpacked');
  const outcome = await runProgram('dpkg', ['-x', join(folder, archive), unpacked], how);
  if (!outcome.ok) throw new BootstrapError(`dpkg could not unpack it (${outcome.reason})`);
  return join(unpacked, 'usr/sbin/nats-server');
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
