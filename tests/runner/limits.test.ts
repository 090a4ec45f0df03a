import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';

const ROOT = join(import.meta.dirname, '..', '..');
const AVA = join(ROOT, 'node_modules', 'ava', 'entrypoints', 'cli.js');

/** So that what hangs is ended within seconds. */
const LIMITS = { TEST_BODY_MS: '300', TEST_TEARDOWN_MS: '300', TEST_ENDING_MS: '300' };

test('a test, a hook and a teardown that hang fail with their names, and the file is over', (t) => {
  const { status, said } = run(t, {
    body: `test('never', () => new Promise(() => setInterval(() => undefined, 1000))); test('next', (t) => t.pass());`,
    hook: `test.before(() => new Promise(() => setInterval(() => undefined, 1000))); test('behind it', (t) => t.pass());`,
    teardown: `test('torn', (t) => { t.teardown(() => new Promise(() => setInterval(() => undefined, 1000))); t.pass(); });`,
  });
  t.is(status, 1);
  t.regex(said, /✘ .*body › never/);
  t.regex(said, /✔ .*body › next/);
  t.regex(said, /✘ .*hook › before hook/);
  t.regex(
    said,
    /teardown\.test\.ts: “torn” is not over after 900 ms, its teardown among it; open: /,
  );
});

test('a process that its tests leave open is ended and says what is; it is no failure', (t) => {
  const { status, said } = run(t, {
    open: `test('left', (t) => { setInterval(() => undefined, 1000); t.pass(); });`,
    own: `test('slow', async (t) => { t.timeout(5000); await new Promise((done) => setTimeout(done, 700)); t.pass(); });`,
  });
  t.is(status, 0, said);
  t.regex(
    said,
    /open\.test\.ts: still runs 300 ms after its last test, and is ended; open: .*Timeout/,
  );
  t.notRegex(said, /own\.test\.ts: /);
});

/** What AVA, set up as it is for all tests, says of files with these tests. */
function run(t: ExecutionContext, files: Record<string, string>) {
  const folder = mkdtempSync(join(import.meta.dirname, 'limits-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries(files).map(([name, tests]) => {
    const path = join(folder, `${name}.test.ts`);
    writeFileSync(path, `import test from 'ava';\n${tests}\n`);
    return relative(ROOT, path);
  });
  // AVA marks the processes of its own.
  const { AVA_PATH: _, NODE_CHANNEL_FD: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [AVA, ...paths], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...env, ...LIMITS },
  });
  return { status, said: stdout + stderr };
}
