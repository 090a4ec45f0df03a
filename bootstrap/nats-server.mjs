import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { BootstrapError } from './bootstrap-error.mjs';
import { withFolderLock } from './folder-lock.mjs';
import { runProgram } from './run-program.mjs';
import { compareVersions, isAtLeast, versionIn } from './version.mjs';

/** Expected sequence over a filter subject, atomic batches and message schedules came with it. */
const OLDEST_NATS_SERVER = '2.12.0';
const BY_HAND =
  'get nats-server 2.12 or newer (https://github.com/nats-io/nats-server/releases' +
  `${process.platform === 'darwin' ? ', or `brew install nats-server`' : ''})` +
  ' and put it on PATH or set ORCHESTRATOR_NATS_SERVER to its path';

/**
 * @typedef {object} NatsServer
 * @property {string} path absolute path of the binary
 * @property {string} version `major.minor.patch`
 * @property {'setting' | 'path' | 'cache' | 'download'} origin
 */

/**
 * A place that nats-server can be had from.
 * @typedef {object} NatsServerSource
 * @property {string} name for the person who reads of it
 * @property {(folder: string) => Promise<string>} fetch puts the binary somewhere in `folder` and
 *   resolves with its path; rejects with a reason in few words
 */

/**
 * Finds a nats-server that is new enough: the one that `ORCHESTRATOR_NATS_SERVER` names (and then
 * no other), the one on PATH, the one in the checkout's cache; where `allowDownload`, it is fetched
 * into that cache. Safe to call from several processes at once.
 *
 * @param {object} order
 * @param {string} order.root the checkout; its cache is `<root>/.cache/nats-server`
 * @param {NodeJS.ProcessEnv} [order.env] where PATH and the setting are read; the process' own
 *   unless given
 * @param {boolean} [order.allowDownload] false unless given
 * @param {(line: string) => void} [order.say] is told of every download; silent unless given
 * @param {readonly NatsServerSource[]} [order.sources] where to download from, in this order
 * @returns {Promise<NatsServer>}
 * @throws {BootstrapError} there is none; its message names what was tried and what to do
 */
export async function findNatsServer({
  root,
  env = process.env,
  allowDownload = false,
  say = () => {},
  sources,
}) {
  const setting = env.ORCHESTRATOR_NATS_SERVER;
  if (setting) return fromSetting(resolve(setting));

  /** @type {string[]} */
  const tried = [];
  const cache = join(root, '.cache', 'nats-server');
  const found = (await fromPath(env, tried)) ?? fromCache(cache);
  if (found) return found;
  if (allowDownload) {
    const downloaded = await withFolderLock(
      join(root, '.cache', 'nats-server.lock'),
      async () => fromCache(cache) ?? download(cache, sources ?? (await allSources()), tried, say),
      { onWait: (holder) => say(`waiting for the nats-server of another start (${holder}) …`) },
    );
    if (downloaded) return downloaded;
  }
  throw new BootstrapError(`no usable nats-server: ${tried.join('; ')}. To go on, ${BY_HAND}`);
}

/** @param {string} path @returns {Promise<NatsServer>} */
async function fromSetting(path) {
  const checked = await check(path);
  if ('version' in checked) return { path, version: checked.version, origin: 'setting' };
  throw new BootstrapError(
    `ORCHESTRATOR_NATS_SERVER: ${checked.problem}. Correct or unset it, or ${BY_HAND}`,
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} tried
 * @returns {Promise<NatsServer | undefined>}
 */
async function fromPath(env, tried) {
  const candidates = (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, 'nats-server'))
    .filter(isExecutable);
  for (const path of candidates) {
    const checked = await check(path);
    if ('version' in checked) return { path, version: checked.version, origin: 'path' };
    tried.push(checked.problem);
  }
  if (candidates.length === 0) tried.push('none on PATH');
  return undefined;
}

/**
 * The version is the folder's name: what lies there was run when it was put there, and is not run
 * again on every start.
 *
 * @param {string} cache
 * @returns {NatsServer | undefined} the newest
 */
function fromCache(cache) {
  return listFolder(cache)
    .filter((name) => versionIn(name) === name && isAtLeast(name, OLDEST_NATS_SERVER))
    .sort((a, b) => compareVersions(b, a))
    .map((version) => ({ path: join(cache, version, 'nats-server'), version }))
    .filter(({ path }) => isExecutable(path))
    .map((server) => ({ ...server, origin: /** @type {const} */ ('cache') }))[0];
}

/** @returns {Promise<NatsServerSource[]>} loaded only now: a start that finds one needs none of it */
async function allSources() {
  const { officialRelease } = await import('./nats-release.mjs');
  const { debianPackages } = await import('./nats-debian-package.mjs');
  return [officialRelease(), ...debianPackages()];
}

/**
 * @param {string} cache
 * @param {readonly NatsServerSource[]} sources
 * @param {string[]} tried
 * @param {(line: string) => void} say
 * @returns {Promise<NatsServer | undefined>}
 */
async function download(cache, sources, tried, say) {
  for (const source of sources) {
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'download-'));
    try {
      say(`fetching nats-server (${source.name}) …`);
      return await keep(await source.fetch(folder), cache);
    } catch (error) {
      tried.push(`${source.name}: ${error instanceof Error ? error.message : error}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return undefined;
}

/**
 * Renamed into place as the last step, so that the cache never holds half a binary.
 *
 * @param {string} path
 * @param {string} cache
 * @returns {Promise<NatsServer>}
 */
async function keep(path, cache) {
  const checked = await check(path);
  if ('problem' in checked) throw new BootstrapError(checked.problem);
  const folder = join(cache, checked.version);
  mkdirSync(folder, { recursive: true });
  const kept = join(folder, 'nats-server');
  renameSync(path, kept);
  return { path: kept, version: checked.version, origin: 'download' };
}

/**
 * Runs it to see what it is.
 *
 * @param {string} path
 * @returns {Promise<{ version: string } | { problem: string }>}
 */
async function check(path) {
  const outcome = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  if (!outcome.ok) return { problem: `${path} does not run (${outcome.reason})` };
  const version = versionIn(outcome.stdout);
  if (!version) return { problem: `${path} does not tell its version` };
  if (isAtLeast(version, OLDEST_NATS_SERVER)) return { version };
  return { problem: `${path} is version ${version}, 2.12 or newer is needed` };
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
