import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { bundleCli, fingerprintOf, wrapper } from '../../bootstrap/bundle.mjs';
import { installedCheckout, put } from './checkout.ts';

const silent = () => undefined;

test('the wrapper runs the bundle on the Node of the checkout, arguments untouched', async (t) => {
  const root = installedCheckout(t);
  await bundleCli({ root, say: silent });
  const output = execFileSync(join(root, 'dist/bin/orchestrator'), ['a b', "it's", '$HOME'], {
    cwd: '/',
    env: { PATH: '/nowhere' },
    encoding: 'utf8',
  });
  t.deepEqual(JSON.parse(output), [
    'Greeting',
    ['a b', "it's", '$HOME'],
    'string',
    process.version,
  ]);
});

test('the bundle comes with a map of its sources', async (t) => {
  const root = installedCheckout(t);
  await bundleCli({ root, say: silent });
  const code = readFileSync(join(root, 'dist/orchestrator.cjs'), 'utf8');
  t.regex(code, /\/\/# sourceMappingURL=orchestrator\.cjs\.map\s*$/);
  const map = JSON.parse(readFileSync(join(root, 'dist/orchestrator.cjs.map'), 'utf8'));
  t.true(map.sources.includes('../cli/main.ts'));
});

test('a bundle that is up to date is left alone, and one whose sources changed is not', async (t) => {
  const root = installedCheckout(t);
  const lines: string[] = [];
  const order = { root, say: (line: string) => void lines.push(line) };
  await bundleCli(order);
  const { ino } = statSync(join(root, 'dist/orchestrator.cjs'));
  await bundleCli(order);
  t.is(lines.length, 1);
  t.is(statSync(join(root, 'dist/orchestrator.cjs')).ino, ino);

  put(join(root, 'schemas', 'new.ts'), 'export const added = 1;\n');
  await bundleCli(order);
  t.deepEqual(lines, Array(2).fill('bundling the orchestrator command …'));
});

test('a missing output is made again', async (t) => {
  const root = installedCheckout(t);
  for (const output of ['dist/bin/orchestrator', 'dist/orchestrator-whole.cjs']) {
    await bundleCli({ root, say: silent });
    rmSync(join(root, output));
    await bundleCli({ root, say: silent });
    t.true(existsSync(join(root, output)));
  }
});

test('what the entry loads when it is called for stands beside the bundle', async (t) => {
  const root = installedCheckout(t);
  put(
    join(root, 'cli/main.ts'),
    `import('./whole-command.ts').then(({ runToEnd }) => console.log(runToEnd()));\n`,
  );
  put(join(root, 'cli/whole-command.ts'), `export const runToEnd = () => 'the whole';\n`);
  await bundleCli({ root, say: silent });
  const output = execFileSync(join(root, 'dist/bin/orchestrator'), { encoding: 'utf8' });
  t.is(output, 'the whole\n');
  t.false(readFileSync(join(root, 'dist/orchestrator.cjs'), 'utf8').includes('the whole'));
});

test('the fingerprint follows sources, lock file and the path of the checkout, not times', (t) => {
  const root = installedCheckout(t);
  const first = fingerprintOf(root, 'cli/main.ts');
  put(join(root, 'cli/main.ts'), readFileSync(join(root, 'cli/main.ts'), 'utf8'));
  put(join(root, 'README.md'), 'not a source');
  t.is(fingerprintOf(root, 'cli/main.ts'), first);
  t.not(fingerprintOf(installedCheckout(t), 'cli/main.ts'), first);
  put(join(root, 'package-lock.json'), '{}');
  t.not(fingerprintOf(root, 'cli/main.ts'), first);
});

test('a source that does not parse is named with its line', async (t) => {
  const root = installedCheckout(t);
  put(join(root, 'cli/main.ts'), 'const a = 1;\nconst b = ;\n');
  await t.throwsAsync(bundleCli({ root, say: silent }), {
    name: 'BootstrapError',
    message: /^cli\/main\.ts cannot be bundled: cli\/main\.ts:2: Unexpected ";"$/,
  });
  t.false(existsSync(join(root, 'dist/orchestrator.cjs')));
});

test('a path with a quote in it survives the shell', (t) => {
  const lines = wrapper("/it's/node", '/a b/x.mjs').split('\n');
  t.is(lines[2], "export NODE_COMPILE_CACHE='/a b/.compile-cache'");
  t.is(lines.at(-2), "exec '/it'\\''s/node' '/a b/x.mjs' \"$@\"");
  const asks = lines.find((line) => line.includes('ask-host.sh'));
  t.is(asks?.trim(), `exec /bin/bash --norc -p '/a b/ask-host.sh' ${lines.at(-2)?.slice(5)}`);
});

test('what starts with the system is ASCII, without SSH, gRPC, other languages and drivers', async (t) => {
  const root = join(import.meta.dirname, '..', '..');
  await bundleCli({ root, say: silent });
  for (const name of [
    'orchestrator',
    'orchestrator-whole',
    'spawner',
    'projections',
    'bot',
    'redis',
  ]) {
    const code = readFileSync(join(root, 'dist', `${name}.cjs`), 'utf8');
    // One other character has Node decode all of it by hand; one beyond Latin-1 doubles what V8 keeps of it.
    t.deepEqual(code.match(/[^\0-\x7f]/g), null, name);
    t.false(code.includes('SSH-2.0'), name);
    t.false(code.includes('grpc-node-js'), name);
    t.false(code.includes('Ongeldige'), name);
    t.is(
      /ClaudeDriver ?= ?class|class ClaudeDriver/.test(code),
      name === 'orchestrator-whole',
      name,
    );
  }
});
