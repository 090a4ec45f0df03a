import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  ensurePackages,
  listsAll,
  machineEnv,
  npmReason,
  stampCovers,
} from '../../bootstrap/packages.mjs';
import { installedCheckout, put } from './checkout.ts';

const lockFile = (packages: Parameters<typeof listsAll>[0]['packages']) => ({ packages });

test('packages are current when the lock file is the one that was installed', (t) => {
  t.true(stampCovers({ lock: 'a', scope: 'all' }, 'a', 'all'));
  t.false(stampCovers({ lock: 'a', scope: 'all' }, 'b', 'all'));
  t.false(stampCovers(undefined, 'a', 'runtime'));
});

test('what was installed for tests serves a start, and not the other way round', (t) => {
  t.true(stampCovers({ lock: 'a', scope: 'all' }, 'a', 'runtime'));
  t.false(stampCovers({ lock: 'a', scope: 'runtime' }, 'a', 'all'));
});

test("a developer's own installation counts when it has every version of the lock file", (t) => {
  const lock = lockFile({
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/tool': { version: '2.0.0', dev: true },
    'node_modules/mac-only': { version: '3.0.0', optional: true },
  });
  const runtime = lockFile({ 'node_modules/a': { version: '1.0.0' } });
  t.true(listsAll(lock, runtime, 'runtime'));
  t.false(listsAll(lock, runtime, 'all'));
  t.false(listsAll(lock, lockFile({ 'node_modules/a': { version: '0.9.0' } }), 'runtime'));
});

test("npm's complaint is told by its first line of plain words", (t) => {
  const output = `npm warn old lockfile
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to https://registry.example/zod failed, reason: ENOTFOUND
npm error network This is a problem related to network connectivity.
`;
  t.is(
    npmReason(output),
    'network request to https://registry.example/zod failed, reason: ENOTFOUND',
  );
  t.is(npmReason('killed'), undefined);
});

test('npm is run without the traces of the npm script that we are in', (t) => {
  const env = machineEnv({
    PATH: '/checkout/node_modules/.bin:/usr/bin',
    npm_lifecycle_event: 'prestart',
    npm_package_name: 'orchestrator',
    npm_config_local_prefix: '/elsewhere',
    npm_config_cache: '/cache',
    HOME: '/home/me',
  });
  t.deepEqual(env, { PATH: '/usr/bin', npm_config_cache: '/cache', HOME: '/home/me' });
});

/** A checkout without packages, and an `npm` that does what `script` says and logs its calls. */
function freshCheckout(t: ExecutionContext, script: string) {
  const root = installedCheckout(t);
  rmSync(join(root, 'node_modules'), { recursive: true });
  put(join(root, 'tools', 'npm'), `#!/bin/sh\necho "$@" >> '${root}/calls'\n${script}\n`, 0o755);
  const lines: string[] = [];
  const env = { PATH: `${join(root, 'tools')}:/usr/bin:/bin` };
  const order = { root, env, say: (line: string) => void lines.push(line) };
  return { root, order, lines, calls: () => readFileSync(join(root, 'calls'), 'utf8') };
}

const PLACE_NODE = `mkdir -p node_modules/.bin && ln -s '${process.execPath}' node_modules/.bin/node`;

test('a start installs what runs, once; a test then adds the rest', async (t) => {
  const { order, lines, calls } = freshCheckout(t, `rm -rf node_modules; ${PLACE_NODE}`);
  await ensurePackages({ ...order, scope: 'runtime' });
  await ensurePackages({ ...order, scope: 'runtime' });
  t.deepEqual(lines, ['installing packages (first run) …']);
  await ensurePackages({ ...order, scope: 'all' });
  t.deepEqual(lines.slice(1), ['installing packages (those for the tests too) …']);
  t.regex(calls(), /^ci --omit=dev .*\nci --include=dev .*\n$/);
});

test('a lock file that npm ci calls incomplete is installed all the same', async (t) => {
  const { order, calls } = freshCheckout(
    t,
    `if [ "$1" = ci ]; then echo 'npm error code EUSAGE' >&2; exit 1; fi; ${PLACE_NODE}`,
  );
  await ensurePackages({ ...order, scope: 'all' });
  t.regex(calls(), /^ci .*\ninstall --no-save --include=dev .*\n$/);
});

test('a Node whose install script was left out is placed by a rebuild', async (t) => {
  const { order, calls } = freshCheckout(
    t,
    `if [ "$1" = rebuild ]; then ${PLACE_NODE}; else mkdir -p node_modules; fi`,
  );
  await ensurePackages({ ...order, scope: 'all' });
  t.regex(calls(), /\nrebuild --ignore-scripts=false node esbuild .*\n$/);
});

test('a failing npm is told in one line that names the log', async (t) => {
  const { order, root } = freshCheckout(t, `echo 'npm error disk full' >&2; exit 1`);
  await t.throwsAsync(ensurePackages({ ...order, scope: 'all' }), {
    name: 'BootstrapError',
    message: `npm could not install the packages: disk full (the whole story: ${root}/.cache/npm.log)`,
  });
  t.regex(readFileSync(join(root, '.cache/npm.log'), 'utf8'), /disk full/);
  t.false(existsSync(join(root, 'node_modules/.orchestrator-packages')));
});

test('a machine without npm is told that it was not found', async (t) => {
  const { order } = freshCheckout(t, '');
  const env = { PATH: '/nowhere' };
  await t.throwsAsync(ensurePackages({ ...order, env, scope: 'all' }), {
    message: /: not found \(/,
  });
});
