import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { compareVersions, isAtLeast, versionIn } from '../../bootstrap/version.mjs';
import { fakeNatsServer, installedCheckout, put } from './checkout.ts';

function bootstrap(root: string, job: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bootstrap/main.mjs'), job],
    { env: { PATH: '/usr/bin:/bin', ...env }, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test('a start says on stderr what it does, and nothing the second time', (t) => {
  const root = installedCheckout(t);
  const env = { ORCHESTRATOR_NATS_SERVER: fakeNatsServer(join(root, 'bin'), '2.15.1') };
  t.deepEqual(bootstrap(root, 'start', env), {
    status: 0,
    stdout: '',
    stderr: 'orchestrator: bundling the orchestrator command …\n',
  });
  t.deepEqual(bootstrap(root, 'start', env), { status: 0, stdout: '', stderr: '' });
});

test('a failure is one line on stderr and a non-zero exit', (t) => {
  const root = installedCheckout(t);
  const env = { ORCHESTRATOR_NATS_SERVER: fakeNatsServer(join(root, 'bin'), '2.10.27') };
  const { status, stdout, stderr } = bootstrap(root, 'start', env);
  t.is(status, 1);
  t.is(stdout, '');
  t.regex(stderr, /^orchestrator: ORCHESTRATOR_NATS_SERVER: [^\n]* is version 2\.10\.27[^\n]*\n$/);
});

test('a failure that nobody foresaw is one line too, unless asked for more', (t) => {
  const root = installedCheckout(t);
  put(join(root, 'dist'), 'a file where a folder belongs');
  const [, failure, ...more] = bootstrap(root, 'build').stderr.split('\n');
  t.regex(failure ?? '', /^orchestrator: the preparation failed: ENOTDIR.* shows where\)$/);
  t.deepEqual(more, ['']);
  t.regex(bootstrap(root, 'build', { ORCHESTRATOR_DEBUG: '1' }).stderr, /\n {4}at /);
});

test('a build needs no nats-server', (t) => {
  const root = installedCheckout(t);
  t.is(bootstrap(root, 'build', { ORCHESTRATOR_NATS_SERVER: '/nowhere' }).status, 0);
});

test('an unknown job is answered with the ones that there are', (t) => {
  const root = installedCheckout(t);
  const { status, stderr } = bootstrap(root, 'strat');
  t.is(status, 1);
  t.is(
    stderr,
    'orchestrator: usage: node bootstrap/main.mjs start|test|build|agents|package [<agent> …]\n',
  );
});

test('versions are read from what programs print and compared as numbers', (t) => {
  t.is(versionIn('nats-server: v2.12.0-RC.1'), '2.12.0');
  t.is(versionIn('no version'), undefined);
  t.true(isAtLeast('20.0.0', '20.0.0'));
  t.false(isAtLeast('18.20.4', '20.0.0'));
  t.true(compareVersions('2.9.10', '2.12.0') < 0);
});
