import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';
import { withFolderLock } from './folder-lock.mjs';
import { machineEnv } from './packages.mjs';
import { runProgram } from './run-program.mjs';

/**
 * Installs agent CLIs in the versions of `images/agents` into `.cache/agents`, which is on the PATH
 * of local agents: those of the kinds that are named (`claude`), or all of them. What was installed
 * before stays. Does and says nothing where they are there.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {NodeJS.ProcessEnv} order.env
 * @param {(line: string) => void} order.say
 * @param {readonly string[]} [order.names] commands of the CLIs; all without
 * @returns {Promise<void>}
 * @throws {BootstrapError} there is no such CLI, or npm failed
 */
export async function ensureAgents({ root, env, say, names = [] }) {
  const pinned = new PinnedClis(root);
  pinned.require(names);
  const cache = new InstalledClis(join(root, '.cache', 'agents'), pinned);
  if (cache.has(names)) return;
  await withFolderLock(join(root, '.cache', 'agents.lock'), async () => {
    if (cache.has(names)) return;
    say(
      names.length === 0
        ? 'installing the agent CLIs (1.5 GB, once; `npm run agents <kind>` gets one) …'
        : `installing ${names.join(', ')} …`,
    );
    await cache.install(names, env);
  });
}

/** @param {string} path @returns {any} what npm wrote there */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What `images/agents` says: a package for each command, in a version. */
class PinnedClis {
  /** @param {string} root */
  constructor(root) {
    this.folder = join(root, 'images', 'agents');
    this.lock = readFileSync(join(this.folder, 'package-lock.json'), 'utf8');
    this.manifest = readJson(join(this.folder, 'package.json'));
    const packages = JSON.parse(this.lock).packages ?? {};
    const wanted = { ...this.manifest.dependencies, ...this.manifest.devDependencies };
    /** @type {Map<string, string>} command to package */
    this.packages = new Map(
      Object.keys(wanted).flatMap((name) =>
        Object.keys(packages[`node_modules/${name}`]?.bin ?? {}).map((bin) => [bin, name]),
      ),
    );
  }

  /** @param {readonly string[]} names */
  require(names) {
    const unknown = names.filter((name) => !this.packages.has(name));
    if (unknown.length === 0) return;
    const known = [...this.packages.keys()].sort().join(', ');
    throw new BootstrapError(`there is no agent CLI ${unknown.join(', ')}; there are ${known}`);
  }

  /** @param {readonly string[]} names @returns {string} the package.json with only these */
  manifestOf(names) {
    const { dependencies, devDependencies, ...rest } = this.manifest;
    const all = { ...dependencies, ...devDependencies };
    const kept = new Set(names.map((name) => this.packages.get(name)));
    const some = Object.fromEntries(Object.entries(all).filter(([name]) => kept.has(name)));
    return `${JSON.stringify({ ...rest, dependencies: some }, null, 2)}\n`;
  }
}

/** The folder into which they are installed. What is whole in it has a stamp: the lock file. */
class InstalledClis {
  /** @param {string} folder @param {PinnedClis} pinned */
  constructor(folder, pinned) {
    this.folder = folder;
    this.pinned = pinned;
  }

  /** @param {readonly string[]} names none for all of them */
  has(names) {
    return this.#isStamped('') || (names.length > 0 && names.every((one) => this.#isStamped(one)));
  }

  /** @param {readonly string[]} names @param {NodeJS.ProcessEnv} env */
  async install(names, env) {
    const { packages, folder: source, lock } = this.pinned;
    const kept = [...packages.keys()].filter((name) => this.#isStamped(name));
    mkdirSync(this.folder, { recursive: true });
    cpSync(join(source, 'package-lock.json'), join(this.folder, 'package-lock.json'));
    if (names.length === 0) {
      cpSync(join(source, 'package.json'), join(this.folder, 'package.json'));
    } else {
      const manifest = this.pinned.manifestOf([...kept, ...names]);
      writeFileSync(join(this.folder, 'package.json'), manifest);
    }
    await runNpm(this.folder, env, names.length === 0);
    for (const name of names.length === 0 ? [''] : names) writeFileSync(this.#stamp(name), lock);
  }

  /** @param {string} name empty for all of them */
  #stamp(name) {
    return join(this.folder, name === '' ? '.installed' : `.installed-${name}`);
  }

  /** @param {string} name */
  #isStamped(name) {
    const stamp = this.#stamp(name);
    return existsSync(stamp) && readFileSync(stamp, 'utf8') === this.pinned.lock;
  }
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env @param {boolean} whole all of the lock file */
async function runNpm(folder, env, whole) {
  // They want a newer Node than the machine may have; npm runs on the one that it finds first.
  const bin = join(folder, '..', '..', 'node_modules', '.bin');
  const options = { cwd: folder, env: { ...machineEnv(env), PATH: `${bin}:${env.PATH ?? ''}` } };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (whole) {
    const exact = await runProgram('npm', ['ci', ...quiet], options);
    if (exact.ok) return;
  }
  // `npm ci` refuses a lock file that has more, or lacks another platform's binaries.
  const close = await runProgram('npm', ['install', '--no-save', ...quiet], options);
  if (close.ok) return;
  throw new BootstrapError(`the agent CLIs cannot be installed: ${close.reason ?? close.stderr}`);
}
