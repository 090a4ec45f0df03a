// Installs agent CLIs in the versions of package-lock.json, and links each command into /usr/local/bin.
// usage: node install-agents.mjs none|all|claude,codex,…
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const LINKS = '/usr/local/bin';

/** The package of each command: what the lock file says of the packages that are wanted here. */
const PACKAGES = Object.fromEntries(
  Object.keys(readJson('package.json').dependencies).flatMap((name) =>
    Object.keys(readJson('package-lock.json').packages[`node_modules/${name}`].bin).map((bin) => [
      bin,
      name,
    ]),
  ),
);
const all = Object.keys(PACKAGES).sort();
const [list = 'none'] = process.argv.slice(2);
const wanted =
  list === 'all' ? all : list.split(',').filter((name) => !['', 'none'].includes(name));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `AGENTS: no such agent: ${unknown.join(', ')} (none, all, ${all.join(', ')})\n`,
  );
  process.exit(2);
}

/** @param {string} name */
function readJson(name) {
  return JSON.parse(readFileSync(name, 'utf8'));
}

/** @param {string[]} args */
const npm = (...args) => execFileSync('npm', args, { stdio: 'inherit' });
mkdirSync(LINKS, { recursive: true });
if (wanted.length > 0) {
  const others = all.filter((name) => !wanted.includes(name)).map((name) => PACKAGES[name]);
  if (others.length > 0) npm('pkg', 'delete', ...others.map((name) => `dependencies.${name}`));
  const quiet = ['--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // `npm ci` wants the whole lock file; `npm install` keeps to the versions that it has.
  npm(others.length === 0 ? 'ci' : 'install', ...quiet);
}
for (const name of wanted) {
  symlinkSync(join(process.cwd(), 'node_modules', '.bin', name), join(LINKS, name));
}
