import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BootstrapError } from './bootstrap-error.mjs';
import { runProgram } from './run-program.mjs';

const VERSION = '2.15.0';
const DOWNLOADS = 'https://github.com/nats-io/nats-server/releases/download';
/** Where there is no network this must be quick; a person waits. */
const ANSWER_MS = 5_000;
const WHOLE_MS = 300_000;

/**
 * SHA-256 of the archives, from the NATS project's own image recipe for this version
 * (github.com/nats-io/nats-docker, 2.15.x/alpine3.22/Dockerfile). It names no macOS archives:
 * those are checked against the release's SHA256SUMS file, which proves a whole download and not,
 * as a pin does, that nobody has replaced the release since.
 *
 * @type {Record<string, string>}
 */
const SHA256 = {
  'linux-amd64': '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92',
  'linux-arm64': 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112',
  'linux-arm7': 'ec5f4689d017e07cfa18442e10da051c0f3f9dd2e7f4dc7cdb55a11f1303c952',
  'linux-ppc64le': 'a402bf73f91f674735cc85aa0e7d06d5dfa3044b98cda6ea9937cfee4e05a266',
  'linux-s390x': 'ac50bf4adc8fa6db575ed9293417b6fbec746e71cc9d360aea5cd447e4207bfc',
};

/** @type {Record<string, string>} Node's names to those of the release */
const ARCHITECTURES = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm7',
  s390x: 's390x',
  ...(endianness() === 'LE' ? { ppc64: 'ppc64le' } : {}),
};

/**
 * The archive that the NATS project publishes.
 *
 * @param {object} [options] for tests; the real release for this machine unless given
 * @param {string} [options.downloads] address of the folder that holds `v<version>/`
 * @param {string} [options.platform] as `process.platform`
 * @param {string} [options.arch] as `process.arch`
 * @returns {import('./nats-server.mjs').NatsServerSource}
 */
export function officialRelease({
  downloads = DOWNLOADS,
  platform = process.platform,
  arch = process.arch,
} = {}) {
  return {
    name: `official release ${VERSION}`,
    fetch: async (folder) => {
      const target = `${platform}-${ARCHITECTURES[arch]}`;
      const name = `nats-server-v${VERSION}-${target}`;
      if (!ARCHITECTURES[arch]) throw new BootstrapError(`there is none for ${platform}-${arch}`);
      const address = `${downloads}/v${VERSION}`;
      const archive = join(folder, `${name}.tar.gz`);
      const expected = SHA256[target] ?? (await publishedDigest(address, `${name}.tar.gz`));
      const digest = await fetchFile(`${address}/${name}.tar.gz`, archive);
      if (digest !== expected) {
        throw new BootstrapError(`the archive is not the published one (SHA-256 is ${digest})`);
      }
      await unpack(archive, folder);
      return join(folder, name, 'nats-server');
    },
  };
}

/** @param {string} address @param {string} name */
async function publishedDigest(address, name) {
  const sums = await request(`${address}/SHA256SUMS`, async (response) => response.text());
  const digest = digestOf(name, sums);
  if (!digest) throw new BootstrapError(`SHA256SUMS does not name ${name}`);
  return digest;
}

/**
 * @param {string} name
 * @param {string} sums lines as `sha256sum` writes them
 * @returns {string | undefined} hex
 */
export function digestOf(name, sums) {
  const fields = sums.split('\n').map((line) => line.trim().split(/\s+\*?/));
  return fields.find(([digest, file]) => file === name && /^[0-9a-f]{64}$/.test(digest ?? ''))?.[0];
}

/**
 * @param {string} url
 * @param {string} path
 * @returns {Promise<string>} SHA-256 of what was written, hex
 */
function fetchFile(url, path) {
  return request(url, async (response) => {
    const hash = createHash('sha256');
    const body = /** @type {import('node:stream/web').ReadableStream} */ (response.body);
    await pipeline(
      Readable.fromWeb(body),
      async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path),
    );
    return hash.digest('hex');
  });
}

/**
 * @template T
 * @param {string} url
 * @param {(response: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function request(url, read) {
  const abort = new AbortController();
  const { host } = new URL(url);
  const unanswered = setTimeout(() => abort.abort(new Error('no answer')), ANSWER_MS);
  const unfinished = setTimeout(() => abort.abort(new Error('too slow')), WHOLE_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(unanswered);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await read(response);
  } catch (error) {
    throw new BootstrapError(`${host} was not reached (${reasonOf(error)})`, { cause: error });
  } finally {
    clearTimeout(unanswered);
    clearTimeout(unfinished);
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = /** @type {NodeJS.ErrnoException | undefined} */ (error.cause);
  return cause?.code ?? cause?.message ?? error.message;
}

/** @param {string} archive @param {string} folder */
async function unpack(archive, folder) {
  const outcome = await runProgram('tar', ['-xzf', archive, '-C', folder], { timeoutMs: 60_000 });
  if (!outcome.ok) throw new BootstrapError(`tar could not unpack it (${outcome.reason})`);
}
