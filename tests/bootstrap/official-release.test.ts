import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { digestOf, officialRelease } from '../../bootstrap/nats-release.mjs';
import { fakeNatsServer, temporaryFolder } from './checkout.ts';

const NAME = 'nats-server-v2.15.0-darwin-arm64';

function archiveOf(t: ExecutionContext): Buffer {
  const folder = temporaryFolder(t);
  fakeNatsServer(join(folder, NAME), '2.15.0');
  const packed = spawnSync('tar', ['-czf', 'archive', NAME], { cwd: folder });
  t.is(packed.status, 0);
  return readFileSync(join(folder, 'archive'));
}

async function serve(t: ExecutionContext, files: Record<string, Buffer | string>): Promise<string> {
  const server = createServer((request, response) => {
    const body = files[(request.url ?? '').replace('/v2.15.0/', '')];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an archive that the checksum file vouches for is unpacked', async (t) => {
  const archive = archiveOf(t);
  const digest = createHash('sha256').update(archive).digest('hex');
  const downloads = await serve(t, {
    SHA256SUMS: `${'0'.repeat(64)}  other.tar.gz\n${digest}  ${NAME}.tar.gz\n`,
    [`${NAME}.tar.gz`]: archive,
  });
  const release = officialRelease({ downloads, platform: 'darwin', arch: 'arm64' });
  const path = await release.fetch(temporaryFolder(t));
  t.regex(readFileSync(path, 'utf8'), /v2\.15\.0/);
});

test('an archive with other content than the pinned one is refused', async (t) => {
  const downloads = await serve(t, { 'nats-server-v2.15.0-linux-amd64.tar.gz': archiveOf(t) });
  const release = officialRelease({ downloads, platform: 'linux', arch: 'x64' });
  await t.throwsAsync(release.fetch(temporaryFolder(t)), {
    message: /^the archive is not the published one \(SHA-256 is [0-9a-f]{64}\)$/,
  });
});

test('a release that is not there, and a host that is not, are told in a few words', async (t) => {
  const downloads = await serve(t, {});
  const missing = officialRelease({ downloads, platform: 'linux', arch: 'x64' });
  await t.throwsAsync(missing.fetch(temporaryFolder(t)), {
    message: /^127\.0\.0\.1:\d+ was not reached \(HTTP 404\)$/,
  });
  const nobody = officialRelease({
    downloads: 'http://127.0.0.1:9',
    platform: 'linux',
    arch: 'x64',
  });
  await t.throwsAsync(nobody.fetch(temporaryFolder(t)), { message: /was not reached/ });
});

test('a processor that the release does not serve is named', async (t) => {
  const release = officialRelease({
    downloads: 'http://127.0.0.1:9',
    platform: 'linux',
    arch: 'mips',
  });
  await t.throwsAsync(release.fetch(temporaryFolder(t)), {
    message: 'there is none for linux-mips',
  });
});

test('a digest is found in both forms that sha256sum writes', (t) => {
  const digest = 'a'.repeat(64);
  t.is(digestOf('x.tar.gz', `${digest}  x.tar.gz\n`), digest);
  t.is(digestOf('x.tar.gz', `${digest} *x.tar.gz\n`), digest);
  t.is(digestOf('x.tar.gz', `${digest}  y.tar.gz\nnonsense  x.tar.gz\n`), undefined);
});
