import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';
import { withFolderLock } from './folder-lock.mjs';
import { runProgram } from './run-program.mjs';

/**
 * Installs the agent CLIs in the versions of `images/agents` into `.cache/agents`, which is on the
 * PATH of local agents. Does and says nothing where they are there.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {NodeJS.ProcessEnv} order.env
 * @param {(line: string) => void} order.say
 * @returns {Promise<void>}
 * @throws {BootstrapError} npm failed
 */
export async function ensureAgents({ root, env, say }) {
  const folder = join(root, '.cache', 'agents');
  const lock = readFileSync(join(root, 'images', 'agents', 'package-lock.json'), 'utf8');
  const stamp = join(folder, '.installed');
  const isThere = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
  if (isThere()) return;
  await withFolderLock(join(root, '.cache', 'agents.lock'), async () => {
    if (isThere()) return;
    say('installing the agent CLIs (1.5 GB, once) …');
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(root, 'images', 'agents', name), join(folder, name));
    }
    await install(root, folder, env);
    writeFileSync(stamp, lock);
  });
}

/** @param {string} root @param {string} folder @param {NodeJS.ProcessEnv} env */
async function install(root, folder, env) {
  // They want a newer Node than the machine may have; npm runs on the one that it finds first.
  const path = `${join(root, 'node_modules', '.bin')}:${env.PATH ?? ''}`;
  const options = { cwd: folder, env: { ...env, PATH: path } };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const exact = await runProgram('npm', ['ci', ...quiet], options);
  if (exact.ok) return;
  // A lock file that lacks another platform's binaries is refused by `npm ci`.
  const close = await runProgram('npm', ['install', '--no-save', ...quiet], options);
  if (close.ok) return;
  throw new BootstrapError(`the agent CLIs cannot be installed: ${close.reason ?? close.stderr}`);
}
