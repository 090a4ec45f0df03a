import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fakeNatsServer, installedCheckout, put, temporaryFolder } from './checkout.ts';

interface Prepared {
  root: string;
  env: NodeJS.ProcessEnv;
}

/** As after two starts: the second one had nothing to do. */
function prepared(t: ExecutionContext): Prepared {
  const root = installedCheckout(t);
  const server = fakeNatsServer(join(temporaryFolder(t), 'bin'), '2.15.1');
  const env = { PATH: '/usr/bin:/bin', ORCHESTRATOR_NATS_SERVER: server };
  for (const start of ['first', 'second']) {
    const { status, stderr } = spawnSync(process.execPath, ['bootstrap/main.mjs', 'start'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    t.is(status, 0, `${start}: ${stderr}`);
  }
  return { root, env };
}

const isPrepared = ({ root, env }: Prepared): boolean =>
  spawnSync('sh', ['bootstrap/prepared.sh'], { cwd: root, env }).status === 0;

test('a start that found nothing to do is remembered until something changes', (t) => {
  const place = prepared(t);
  t.true(isPrepared(place));
  t.true(isPrepared(place));
});

test('a checkout in which nothing was prepared is not', (t) => {
  t.false(isPrepared({ root: installedCheckout(t), env: { PATH: '/usr/bin:/bin' } }));
});

const CHANGES: [string, (place: Prepared, t: ExecutionContext) => unknown][] = [
  ['a source that is new', ({ root }) => put(join(root, 'cli', 'new.ts'), '')],
  ['a source that is gone', ({ root }) => rmSync(join(root, 'cli', 'host.cjs'))],
  [
    'a source of another time, which is long ago',
    ({ root }, t) => {
      const other = put(join(temporaryFolder(t), 'main.ts'), 'const other = 1;\n');
      utimesSync(other, new Date(0), new Date(0));
      copyFileSync(other, join(root, 'cli', 'main.ts'));
      utimesSync(join(root, 'cli', 'main.ts'), new Date(0), new Date(0));
    },
  ],
  ['an output that is gone', ({ root }) => rmSync(join(root, 'dist', 'orchestrator-whole.cjs'))],
  ['other packages', ({ root }) => put(join(root, 'package-lock.json'), '{ "packages": {} }')],
  ['a Node that is gone', ({ root }) => rmSync(join(root, 'node_modules', '.bin', 'node'))],
  ['a nats-server that is gone', ({ env }) => rmSync(env.ORCHESTRATOR_NATS_SERVER ?? '')],
  [
    'another nats-server',
    ({ env }, t) => {
      env.ORCHESTRATOR_NATS_SERVER = fakeNatsServer(temporaryFolder(t), '2.15.1');
    },
  ],
  [
    'a setting that is gone',
    ({ env }) => {
      delete env.ORCHESTRATOR_NATS_SERVER;
    },
  ],
];

for (const [what, change] of CHANGES) {
  test(`${what} is looked at by Node`, (t) => {
    const place = prepared(t);
    change(place, t);
    t.false(isPrepared(place));
  });
}

test('a copy of a checkout is prepared by itself', (t) => {
  const place = prepared(t);
  const root = join(temporaryFolder(t), 'copy');
  cpSync(place.root, root, { recursive: true, preserveTimestamps: true });
  t.false(isPrepared({ ...place, root }));
});

test('compiled code that a start has kept is no change', (t) => {
  const place = prepared(t);
  put(join(place.root, 'dist', '.compile-cache', 'one'), 'code');
  spawnSync(process.execPath, ['bootstrap/main.mjs', 'start'], { cwd: place.root, env: place.env });
  put(join(place.root, 'dist', '.compile-cache', 'another'), 'code');
  t.true(isPrepared(place));
  t.true(readFileSync(join(place.root, 'dist', '.prepared'), 'utf8').startsWith(place.root));
});
