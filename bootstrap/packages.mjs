import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';
import { withFolderLock } from './folder-lock.mjs';
import { runProgram } from './run-program.mjs';
import { isAtLeast, versionIn } from './version.mjs';

const OLDEST_INSTALLED_NODE = '24.0.0';

/**
 * `runtime`: what `npm start` needs; `all`: the development dependencies too.
 * @typedef {'runtime' | 'all'} Scope
 */

/**
 * What was installed, kept in `node_modules/.orchestrator-packages`.
 * @typedef {{ lock: string, scope: Scope }} Stamp
 */

/**
 * The part of npm's lock files that tells what belongs into `node_modules`.
 * @typedef {object} LockFile
 * @property {Record<string, LockedPackage>} packages by path from the root
 */
/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Leaves `node_modules` as `package-lock.json` has it, with a Node 24 at `node_modules/.bin/node`.
 * Does and says nothing where that is so already.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {Scope} order.scope
 * @param {NodeJS.ProcessEnv} order.env
 * @param {(line: string) => void} order.say
 * @returns {Promise<void>}
 * @throws {BootstrapError} npm failed, or Node 24 did not come with it
 */
export async function ensurePackages({ root, scope, env, say }) {
  if (isInstalled(root, scope)) return;
  await withFolderLock(
    join(root, '.cache', 'packages.lock'),
    async () => {
      if (isInstalled(root, scope)) return;
      if (!wasInstalledByHand(root, scope)) await install(root, scope, env, say);
      await ensureNode(root, env, say);
      writeFileSync(stampPath(root), JSON.stringify({ lock: lockHash(root), scope }));
    },
    { onWait: (holder) => say(`waiting for the installation of another start (${holder}) …`) },
  );
}

/** @param {string} root @param {Scope} scope */
function isInstalled(root, scope) {
  return (
    existsSync(nodePath(root)) && stampCovers(readJson(stampPath(root)), lockHash(root), scope)
  );
}

/**
 * @param {Stamp | undefined} stamp
 * @param {string} lock the hash of the lock file as it is now
 * @param {Scope} scope what is wanted
 */
export function stampCovers(stamp, lock, scope) {
  if (!stamp || stamp.lock !== lock) return false;
  return stamp.scope === 'all' || scope === 'runtime';
}

/**
 * A developer's own `npm install` left no stamp of ours, but npm's own list of what is there;
 * nobody should wait for the same packages twice.
 *
 * @param {string} root
 * @param {Scope} scope
 */
function wasInstalledByHand(root, scope) {
  const lock = readJson(join(root, 'package-lock.json'));
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'));
  return lock && installed ? listsAll(lock, installed, scope) : false;
}

/**
 * @param {LockFile} lock
 * @param {LockFile} installed
 * @param {Scope} scope
 * @returns {boolean} whether every package that `lock` wants for `scope` is there in its version
 */
export function listsAll(lock, installed, scope) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    // Optional ones are mostly other platforms' binaries.
    if (path === '' || wanted.optional) return true;
    if (scope === 'runtime' && (wanted.dev || wanted.devOptional)) return true;
    return installed.packages[path]?.version === wanted.version;
  });
}

/**
 * @param {string} root
 * @param {Scope} scope
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} say
 */
async function install(root, scope, env, say) {
  say(`installing packages (${occasion(root)}) …`);
  const wanted = scope === 'all' ? '--include=dev' : '--omit=dev';
  if (!existsSync(join(root, 'package-lock.json'))) {
    await npmOrFail(root, env, ['install', wanted]);
    return;
  }
  const exact = await npm(root, env, ['ci', wanted]);
  if (exact.ok) return;
  // A lock file that was written where a mirror lacks some platform's binaries is refused by
  // `npm ci` as incomplete. `npm install` keeps to the versions that it has.
  if (!exact.output.includes('EUSAGE')) throw npmFailure(root, exact);
  await npmOrFail(root, env, ['install', '--no-save', wanted]);
}

/** @param {string} root @returns {string} why they are installed now */
function occasion(root) {
  if (!existsSync(join(root, 'node_modules'))) return 'first run';
  const changed = readJson(stampPath(root))?.lock !== lockHash(root);
  return changed ? 'they have changed' : 'those for the tests too';
}

/**
 * npm 11 and organisations' settings may leave install scripts out; the one of the package `node`
 * is what places the binary.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} say
 */
async function ensureNode(root, env, say) {
  if ((await nodeProblem(root)) === undefined) return;
  say('running the install scripts of node and esbuild …');
  await npmOrFail(root, env, ['rebuild', '--ignore-scripts=false', 'node', 'esbuild']);
  const problem = await nodeProblem(root);
  if (problem === undefined) return;
  throw new BootstrapError(
    `${problem}; remove node_modules and try again, or see ${logPath(root)}`,
  );
}

/** @param {string} root @returns {Promise<string | undefined>} */
async function nodeProblem(root) {
  const outcome = await runProgram(nodePath(root), ['--version'], { timeoutMs: 20_000 });
  if (!outcome.ok) return `${nodePath(root)} does not run (${outcome.reason})`;
  const version = versionIn(outcome.stdout) ?? '0.0.0';
  if (isAtLeast(version, OLDEST_INSTALLED_NODE)) return undefined;
  return `${nodePath(root)} is Node ${version}, 24 or newer is needed`;
}

/** @typedef {{ ok: boolean, output: string, reason: string }} NpmOutcome */

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} args
 */
async function npmOrFail(root, env, args) {
  const outcome = await npm(root, env, args);
  if (!outcome.ok) throw npmFailure(root, outcome);
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} args
 * @returns {Promise<NpmOutcome>}
 */
async function npm(root, env, args) {
  // An outer `npm start --silent` hands its log level down; the log is for reading.
  const all = [...args, '--no-fund', '--no-audit', '--loglevel=warn'];
  const outcome = await runProgram('npm', all, { cwd: root, env: machineEnv(env) });
  const output = outcome.stdout + outcome.stderr;
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(logPath(root), `npm ${all.join(' ')}\n${output}`);
  const reason = npmReason(output) ?? outcome.reason ?? '';
  return { ok: outcome.ok, output, reason };
}

/** @param {string} root @param {NpmOutcome} outcome */
function npmFailure(root, outcome) {
  return new BootstrapError(
    `npm could not install the packages: ${outcome.reason} (the whole story: ${logPath(root)})`,
  );
}

/**
 * The line of npm's complaint that tells a person most: the first that is neither one of its
 * `code`, `errno`, … fields nor a warning.
 *
 * @param {string} output
 * @returns {string | undefined}
 */
export function npmReason(output) {
  return output
    .split('\n')
    .map((line) => /^npm (?:error|ERR!) (.+)$/.exec(line)?.[1]?.trim() ?? '')
    .find((line) => line !== '' && !/^(code|errno|syscall|path|dest|command) \S/.test(line));
}

/**
 * The environment without what an npm script adds: npm would otherwise run on the very Node in
 * `node_modules` that it is about to replace, and take another folder for its project.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function machineEnv(env) {
  const own = /^(npm_(package|lifecycle)_|npm_(command|execpath|node_execpath)$|INIT_CWD$)/;
  const kept = Object.entries(env).filter(
    ([name]) => !own.test(name) && name !== 'npm_config_local_prefix',
  );
  const path = (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

/** @param {string} root */
function lockHash(root) {
  const lock = join(root, 'package-lock.json');
  const file = existsSync(lock) ? lock : join(root, 'package.json');
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @param {string} path @returns {any} undefined where it is missing or not JSON */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function nodePath(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'node_modules', '.orchestrator-packages');
}

/** @param {string} root */
function logPath(root) {
  return join(root, '.cache', 'npm.log');
}
