import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import test from 'ava';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import { makePackage } from '../../bootstrap/package.mjs';
import { temporaryFolder } from '../support/nats.ts';
import { ownPort } from '../support/own-port.ts';
import { killAll, systemTree } from '../support/process-tree.ts';
import { finished } from '../support/system.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MOST_BYTES = 4 * 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'orchestrator-package-'));
let installed = '';
let packed = '';

/** npm, without a registry: nothing but the packed file is needed. */
const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', [...args, '--silent', '--offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
  });

test.before('the package is packed, and installed into an empty prefix elsewhere', async (t) => {
  t.timeout(10 * 60_000);
  const made = await makePackage({ root: ROOT, say: () => undefined });
  const file = npm(folder, 'pack', made).trim();
  packed = join(folder, file);
  const prefix = join(folder, 'a prefix');
  npm(folder, 'install', '--global', '--prefix', prefix, packed);
  installed = join(prefix, 'bin', 'orchestrator');
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test('what was packed is small, depends on nothing, and names no path of this machine', (t) => {
  t.true(statSync(packed).size < MOST_BYTES, `${statSync(packed).size} bytes`);
  const root = dirname(dirname(dirname(realpathSync(installed))));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  t.is(manifest.dependencies ?? manifest.scripts ?? manifest.private, undefined);
  t.deepEqual(manifest.bin, { orchestrator: 'dist/bin/orchestrator' });
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  t.deepEqual(
    names.filter((name) => /(?<!\.d)\.ts$|test|node_modules/.test(name)),
    [],
  );
  const here = [ROOT, dirname(realpathSync(join(ROOT, 'node_modules'))), process.env.HOME ?? ROOT];
  for (const name of names.filter((each) => /\.[cm]js$|orchestrator$/.test(each))) {
    const file = join(root, name);
    if (!statSync(file).isFile()) continue;
    const text = readFileSync(file, 'utf8');
    for (const path of here) t.false(text.includes(`${path}/`), `${name} names ${path}`);
  }
});

test('the installed package has the client of the HTTP API, as a module that needs nothing', async (t) => {
  const root = dirname(dirname(dirname(realpathSync(installed))));
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { types, default: module } = exports['./client'];
  t.true(statSync(join(root, types)).isFile());
  t.is(typeof (await import(join(root, module))).listAgents, 'function');
  t.notRegex(readFileSync(join(root, module), 'utf8'), /\bfrom ["']|\bimport\(|require\(/);
});

test('the installed package runs the worked example in a folder of somebody’s', async (t) => {
  t.timeout(5 * 60_000);
  const home = await temporaryFolder(t);
  const env = {
    HOME: home,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    ORCHESTRATOR_RUNTIME: 'local',
    ORCHESTRATOR_NATS_PORT: String(ownPort(t)),
    ORCHESTRATOR_HTTP_PORT: String(ownPort(t)),
    ORCHESTRATOR_NATS_SERVER: (await findNatsServer({ root: ROOT })).path,
  };
  const child = spawn(installed, ['start'], { cwd: home, env, stdio: 'pipe' });
  const { pid } = child;
  if (pid !== undefined) t.teardown(() => killAll(systemTree(pid)));
  child.stdin.end('Create project myapp\nhello\n');
  const { code, stdout, stderr } = await finished(child);

  t.is(code, 0, stderr);
  t.regex(
    stdout,
    /^Done! Created project 'myapp' \(ID: proj_[0-9a-f]+\)\.\n\[2\] You said: hello\n$/,
  );
  t.deepEqual(
    readdirSync(home).filter((name) => !name.startsWith('.')),
    [],
  );
});

test('an older Node gets one line, and the checkout itself is not packed', (t) => {
  const code = readFileSync(join(ROOT, 'dist', 'npm', 'dist', 'orchestrator.cjs'), 'utf8');
  t.regex(code, /is too old; install Node 24 or newer/);
  t.throws(() => execFileSync('npm', ['pack', '--dry-run'], { cwd: ROOT, stdio: 'pipe' }), {
    message: /npm run package/,
  });
});
