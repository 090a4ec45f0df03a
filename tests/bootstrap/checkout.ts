import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';

const PROJECT = resolve(import.meta.dirname, '../..');

/** A folder of the test's own, gone after it. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrator-bootstrap-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, and the folders that lead to it. */
export function put(path: string, text: string, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** A program that knows only how to tell its version, in `folder`. */
export function fakeNatsServer(folder: string, version: string): string {
  return put(join(folder, 'nats-server'), `#!/bin/sh\necho 'nats-server: v${version}'\n`, 0o755);
}

/** A checkout with its packages installed, and a command of two files, one of them CommonJS, and a fold. */
export function installedCheckout(t: ExecutionContext): string {
  const root = temporaryFolder(t);
  cpSync(join(PROJECT, 'bootstrap'), join(root, 'bootstrap'), { recursive: true });
  put(join(root, 'package.json'), '{ "type": "module" }');
  put(
    join(root, 'cli', 'main.ts'),
    `import { host } from './host.cjs';
class Greeting { text: string = 'hello'; }
const [, , ...words] = process.argv;
console.log(JSON.stringify([Greeting.name, words, typeof host, process.version]));
`,
  );
  put(join(root, 'agents', 'host', 'ask-host.sh'), 'exec "$@"\n');
  put(join(root, 'cli', 'whole-command.ts'), 'export const runToEnd = () => undefined;\n');
  put(join(root, 'cli', 'host.cjs'), `exports.host = require('os').hostname();\n`);
  put(
    join(root, 'core', 'domain', 'fold-message.ts'),
    'export const foldMessage = () => undefined;\n',
  );
  put(
    join(root, 'core', 'domain', 'system-state.ts'),
    'export const initialSystem = () => ({});\n',
  );
  const lock = put(join(root, 'package-lock.json'), '{ "packages": {} }');
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(process.execPath, join(modules, '.bin', 'node'));
  for (const name of ['esbuild', '@esbuild']) {
    symlinkSync(join(PROJECT, 'node_modules', name), join(modules, name));
  }
  const hash = createHash('sha256').update('{ "packages": {} }').digest('hex');
  put(join(modules, '.orchestrator-packages'), JSON.stringify({ lock: hash, scope: 'all' }));
  return dirname(lock);
}
