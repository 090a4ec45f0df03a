import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { BootstrapError } from '../../bootstrap/bootstrap-error.mjs';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import { fakeNatsServer, put, temporaryFolder } from './checkout.ts';

const unreachable = {
  name: 'a mirror',
  fetch: async () => {
    throw new Error('not reached');
  },
};

function sourceOf(version: string) {
  return {
    name: `a mirror of ${version}`,
    fetch: async (folder: string) => fakeNatsServer(join(folder, 'unpacked'), version),
  };
}

test('a nats-server on PATH that is new enough is taken', async (t) => {
  const root = temporaryFolder(t);
  const path = fakeNatsServer(join(root, 'bin'), '2.12.0');
  const found = await findNatsServer({ root, env: { PATH: `/nowhere:${join(root, 'bin')}` } });
  t.deepEqual(found, { path, version: '2.12.0', origin: 'path' });
});

test('one on PATH that is too old is refused with its version and what to do', async (t) => {
  const root = temporaryFolder(t);
  const path = fakeNatsServer(join(root, 'bin'), '2.10.27');
  const error = await t.throwsAsync(findNatsServer({ root, env: { PATH: join(root, 'bin') } }), {
    instanceOf: BootstrapError,
  });
  t.true(error.message.includes(`${path} is version 2.10.27, 2.12 or newer is needed`));
  t.true(error.message.includes('ORCHESTRATOR_NATS_SERVER'));
  t.false(error.message.includes('\n'));
});

test('a newer one further along PATH is taken in place of an older one', async (t) => {
  const root = temporaryFolder(t);
  fakeNatsServer(join(root, 'old'), '2.10.27');
  const path = fakeNatsServer(join(root, 'new'), '2.15.1');
  const env = { PATH: `${join(root, 'old')}:${join(root, 'new')}` };
  t.is((await findNatsServer({ root, env })).path, path);
});

test('the newest of the cache is taken, and versions compare as numbers', async (t) => {
  const root = temporaryFolder(t);
  for (const version of ['2.9.10', '2.12.9', '2.12.10']) {
    fakeNatsServer(join(root, '.cache/nats-server', version), version);
  }
  const found = await findNatsServer({ root, env: { PATH: '' } });
  t.is(found.version, '2.12.10');
  t.is(found.origin, 'cache');
});

test('what the setting names is taken before PATH and cache', async (t) => {
  const root = temporaryFolder(t);
  const path = fakeNatsServer(join(root, 'mine'), '2.13.0');
  fakeNatsServer(join(root, 'bin'), '2.15.1');
  const env = { PATH: join(root, 'bin'), ORCHESTRATOR_NATS_SERVER: path };
  t.deepEqual(await findNatsServer({ root, env }), { path, version: '2.13.0', origin: 'setting' });
});

test('a setting that is too old is an error, even with a good one on PATH', async (t) => {
  const root = temporaryFolder(t);
  const path = fakeNatsServer(join(root, 'mine'), '2.10.27');
  fakeNatsServer(join(root, 'bin'), '2.15.1');
  const env = { PATH: join(root, 'bin'), ORCHESTRATOR_NATS_SERVER: path };
  await t.throwsAsync(findNatsServer({ root, env }), {
    instanceOf: BootstrapError,
    message: /^ORCHESTRATOR_NATS_SERVER: .*mine\/nats-server is version 2\.10\.27, 2\.12 or newer/,
  });
});

for (const [what, make, reason] of [
  ['names no file', () => undefined, 'not found'],
  ['cannot be executed', (path: string) => put(path, 'text'), 'not executable'],
  ['fails', (path: string) => put(path, '#!/bin/sh\nexit 3\n', 0o755), 'exit code 3'],
] as const) {
  test(`a setting that ${what} is an error that says so`, async (t) => {
    const root = temporaryFolder(t);
    const path = join(root, 'nats-server');
    make(path);
    const error = await t.throwsAsync(
      findNatsServer({ root, env: { PATH: '', ORCHESTRATOR_NATS_SERVER: path } }),
    );
    t.true(error.message.includes(`${path} does not run (${reason})`), error.message);
  });
}

test('nothing is fetched unless that is allowed', async (t) => {
  const root = temporaryFolder(t);
  const env = { PATH: '' };
  await t.throwsAsync(findNatsServer({ root, env, sources: [sourceOf('2.15.1')] }), {
    message: /^no usable nats-server: none on PATH\. /,
  });
  t.false(existsSync(join(root, '.cache')));
});

test('what is fetched goes into the cache and is found there the next time', async (t) => {
  const root = temporaryFolder(t);
  const env = { PATH: '' };
  const lines: string[] = [];
  const fetched = await findNatsServer({
    root,
    env,
    allowDownload: true,
    say: (line) => lines.push(line),
    sources: [unreachable, sourceOf('2.15.1')],
  });
  t.is(fetched.path, join(root, '.cache/nats-server/2.15.1/nats-server'));
  t.deepEqual(lines, [
    'fetching nats-server (a mirror) …',
    'fetching nats-server (a mirror of 2.15.1) …',
  ]);
  t.deepEqual(readdirSync(join(root, '.cache/nats-server')), ['2.15.1'], 'no leftovers');
  t.is((await findNatsServer({ root, env })).origin, 'cache');
});

test('a fetched one that is too old is not kept, and the error names every attempt', async (t) => {
  const root = temporaryFolder(t);
  const error = await t.throwsAsync(
    findNatsServer({
      root,
      env: { PATH: '' },
      allowDownload: true,
      sources: [unreachable, sourceOf('2.10.27')],
    }),
  );
  t.regex(
    error.message,
    /none on PATH; a mirror: not reached; a mirror of 2\.10\.27: .* 2\.10\.27/,
  );
  t.deepEqual(readdirSync(join(root, '.cache/nats-server')), []);
});

test('two that look at the same time fetch once', async (t) => {
  const root = temporaryFolder(t);
  let fetches = 0;
  const source = {
    name: 'a mirror',
    fetch: async (folder: string) => {
      fetches += 1;
      return fakeNatsServer(folder, '2.15.1');
    },
  };
  const order = { root, env: { PATH: '' }, allowDownload: true, sources: [source] };
  const [one, two] = await Promise.all([findNatsServer(order), findNatsServer(order)]);
  t.is(fetches, 1);
  t.is(one.path, two.path);
});
