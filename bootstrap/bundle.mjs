import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { BootstrapError } from './bootstrap-error.mjs';
import { buildConsole, CONSOLE, CONSOLE_FILES } from './console.mjs';
import { foldVersion } from './fold-version.mjs';
import { withFolderLock } from './folder-lock.mjs';

/** What the command may be made of (the arrows of the design). */
const SOURCES = ['bootstrap', 'cli', 'core', 'platform', 'agents', 'schemas'];

/** The services that `npm start` runs, where they are there: an agent's image has none. */
const SERVICES = {
  spawner: 'spawner/main.ts',
  projections: 'projections/main.ts',
  redis: 'projections/redis/main.ts',
  bot: 'bot/main.ts',
  // No service: what sends traces is a third of what projections are, and is loaded by few.
  'otlp-exporter': 'platform/traces/otlp-exporter.ts',
  // Nor what speaks with models.
  'mcp-protocol': 'projections/http/mcp/mcp-protocol.ts',
  // Nor what an operator's command reaches Redis by, which is half as much as all others together.
  'erase-redis': 'platform/erase/erase-redis.ts',
};
const SERVICE_SOURCES = ['spawner', 'projections', 'bot'];

/** Everything that is not done at once; loaded by the entry (docs/decisions/0071-a-quick-way.md). */
const WHOLE = 'orchestrator-whole';
const WHOLE_ENTRY = 'cli/whole-command.ts';

/** What a service goes on from a checkpoint by (core/projection/fold-version.ts). */
const FOLD_FILE = 'dist/fold-version.json';

/** What the command is done with where a host is there to do it. */
const ASK_HOST = 'dist/ask-host.sh';

/**
 * Makes the command that agents call: `dist/orchestrator.cjs` and what it loads where it must, two
 * files because start-up counts, and `dist/bin/orchestrator`, which runs them on this checkout's Node
 * wherever it is called from. Beside them the version of the fold is written down, which services ask for.
 * Does and says nothing where they are up to date.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {(line: string) => void} order.say
 * @param {string} [order.entry] relative to root
 * @returns {Promise<void>}
 * @throws {BootstrapError} the sources cannot be bundled; the message names the place
 */
export async function bundleCli({ root, say, entry = 'cli/main.ts' }) {
  if (!existsSync(join(root, entry))) {
    throw new BootstrapError(`${entry} is missing; restore the checkout (git status)`);
  }
  if (isUpToDate(root, entry)) return;
  await withFolderLock(join(root, '.cache', 'bundle.lock'), async () => {
    if (isUpToDate(root, entry)) return;
    say('bundling the orchestrator command …');
    const fingerprint = fingerprintOf(root, entry);
    mkdirSync(join(root, 'dist', 'bin'), { recursive: true });
    const made = [bundle(root, entry), bundleServices(root), consoleFiles(root)];
    const files = await Promise.all(made);
    for (const file of files.flat()) replaceFile(file.path, file.contents);
    replaceFile(join(root, ASK_HOST), readFileSync(join(root, 'agents/host/ask-host.sh')));
    const script = wrapper(nodeBinary(root), join(root, 'dist', 'orchestrator.cjs'));
    replaceFile(join(root, 'dist', 'bin', 'orchestrator'), script, 0o755);
    replaceFile(join(root, FOLD_FILE), `${JSON.stringify(await fold(root), null, 2)}\n`);
    replaceFile(stampPath(root), fingerprint);
  });
}

/**
 * What steers Node and is meant for the programs of whoever calls: an agent's answer must not fail
 * because Node refuses an option of its shell, cannot load a module that one names, or does not
 * come to its end (https://nodejs.org/api/cli.html#environment-variables). Certificates stay, which
 * a NATS of one's own may want. The worker image's `orchestrator` forgets the same.
 */
export const FORGOTTEN = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_DEBUG',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_PENDING_DEPRECATION',
  'NODE_ICU_DATA',
  'NODE_USE_ENV_PROXY',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'DEBUG_CLI',
];

/**
 * The compiled code is kept beside the bundle: an agent waits for this command's start-up, and
 * compiling is most of it.
 *
 * @param {string} node absolute path of the binary
 * @param {string} program absolute path of the bundle
 * @returns {string} a shell script
 */
export function wrapper(node, program) {
  const folder = dirname(program);
  const cache = quote(join(folder, '.compile-cache'));
  const ask = quote(join(folder, 'ask-host.sh'));
  return [
    '#!/bin/sh',
    `unset ${FORGOTTEN.join(' ')}`,
    `export NODE_COMPILE_CACHE=${cache}`,
    // As in images/worker/orchestrator.
    'case "$ORCHESTRATOR_HOST:$1" in',
    `  ?*:answer | ?*:respond | ?*:ask | ?*:progress | ?*:ready | ?*:turn | ?*:project)`,
    '    if [ -x /bin/bash ]; then',
    `      exec /bin/bash --norc -p ${ask} ${quote(node)} ${quote(program)} "$@"`,
    '    fi ;;',
    'esac',
    `exec ${quote(node)} ${quote(program)} "$@"`,
    '',
  ].join('\n');
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} root @param {string} entry */
function isUpToDate(root, entry) {
  const outputs = [
    stampPath(root),
    join(root, 'dist/orchestrator.cjs'),
    join(root, 'dist', `${WHOLE}.cjs`),
    join(root, 'dist/bin/orchestrator'),
    join(root, ASK_HOST),
    join(root, FOLD_FILE),
    ...Object.keys(servicesOf(root)).map((name) => join(root, 'dist', `${name}.cjs`)),
    ...(hasConsole(root) ? CONSOLE_FILES.map((name) => join(root, 'dist', 'console', name)) : []),
  ];
  if (!outputs.every((path) => existsSync(path))) return false;
  return readFileSync(stampPath(root), 'utf8') === fingerprintOf(root, entry);
}

/**
 * Of everything that the bundle is made of. By content: a checkout that changes branches and comes
 * back has new times and old sources. The paths of the checkout and of its Node are in the wrapper.
 *
 * @param {string} root
 * @param {string} entry
 * @returns {string}
 */
export function fingerprintOf(root, entry) {
  const hash = createHash('sha256').update(JSON.stringify([root, entry, nodeBinary(root)]));
  const folders = [...SOURCES, ...SERVICE_SOURCES];
  const files = ['package-lock.json', ...folders.flatMap((folder) => filesIn(root, folder))];
  for (const file of files.filter((name) => existsSync(join(root, name)))) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** @param {string} root @param {string} folder @returns {string[]} relative to root, sorted */
function filesIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

/** @param {string} root @param {string} entry */
async function bundle(root, entry) {
  const esbuild = await import('esbuild');
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: { orchestrator: entry, [WHOLE]: WHOLE_ENTRY },
      outdir: 'dist',
      outExtension: { '.js': '.cjs' },
      bundle: true,
      plugins: [wholeApart, ...OF_ALL],
      // A script is loaded at once by `require`, and from the cache of compiled code.
      supported: { 'dynamic-import': false },
      write: false,
      // Not esm: that imports every built-in module that any command needs, before the first line.
      format: 'cjs',
      define: { 'import.meta.dirname': '__dirname' },
      platform: 'node',
      target: 'node24',
      minifySyntax: true,
      minifyWhitespace: true,
      sourcemap: 'linked',
      legalComments: 'none',
      logLevel: 'silent',
    });
    // The map first: a process that starts in between must not find a bundle without it.
    return result.outputFiles.sort((a, b) => b.path.length - a.path.length);
  } catch (error) {
    throw new BootstrapError(`${entry} cannot be bundled: ${bundleReason(error)}`, {
      cause: error,
    });
  }
}

/** @param {string} root */
async function fold(root) {
  try {
    return await foldVersion(root);
  } catch (error) {
    throw new BootstrapError(`core/domain cannot be bundled: ${bundleReason(error)}`, {
      cause: error,
    });
  }
}

/** @param {string} root @returns {Record<string, string>} entry by name */
function servicesOf(root) {
  const there = Object.entries(SERVICES).filter(([, entry]) => existsSync(join(root, entry)));
  return Object.fromEntries(there);
}

/**
 * A service of one file starts in half the time and a third less memory than one of hundreds whose
 * types are taken out as they are loaded (docs/decisions/0095-npm-start-runs-bundles.md).
 *
 * @param {string} root
 */
async function bundleServices(root) {
  const esbuild = await import('esbuild');
  const entryPoints = servicesOf(root);
  if (Object.keys(entryPoints).length === 0) return [];
  mkdirSync(join(root, 'dist'), { recursive: true });
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      entryPoints,
      outdir: 'dist',
      outExtension: { '.js': '.cjs' },
      bundle: true,
      plugins: [inPlace, ...OF_SERVICES],
      supported: { 'dynamic-import': false },
      write: false,
      format: 'cjs',
      // Of what is not in place (inPlace, below): the folder of the bundle.
      define: { 'import.meta.dirname': '__dirname' },
      // grammY's fetch takes a signal only from a class that is called AbortSignal, and a bundle renames it.
      keepNames: true,
      platform: 'node',
      target: 'node24',
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'silent',
    });
    return result.outputFiles;
  } catch (error) {
    throw new BootstrapError(`the services cannot be bundled: ${bundleReason(error)}`, {
      cause: error,
    });
  }
}

/** @param {string} root an agent's image has none */
const hasConsole = (root) => existsSync(join(root, CONSOLE));

/** @param {string} root */
async function consoleFiles(root) {
  if (!hasConsole(root)) return [];
  const folder = join(root, 'dist', 'console');
  mkdirSync(folder, { recursive: true });
  try {
    const files = await buildConsole(root);
    return files.map(({ name, contents }) => ({ path: join(folder, name), contents }));
  } catch (error) {
    throw new BootstrapError(`the console cannot be bundled: ${bundleReason(error)}`, {
      cause: error,
    });
  }
}

/**
 * What stands beside a source is looked for there, not beside the bundle.
 *
 * @type {import('esbuild').Plugin}
 */
const inPlace = {
  name: 'in-place',
  setup(build) {
    build.onLoad({ filter: /\/(agents|core|platform|spawner)\/.*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes('import.meta.dirname')) return undefined;
      const place = JSON.stringify(dirname(path));
      return { contents: source.replaceAll('import.meta.dirname', place), loader: 'ts' };
    });
  },
};

/**
 * Who needs them loads them from beside the bundle: the SDKs of OpenTelemetry and of MCP are in no other file,
 * and Redis’s client in none of the commands’.
 *
 * @type {import('esbuild').Plugin}
 */
const packagesApart = {
  name: 'packages-apart',
  setup(build) {
    build.onResolve(
      { filter: /\/(otlp-exporter|mcp-protocol|erase-redis)\.ts$/ },
      ({ kind, path }) =>
        kind === 'dynamic-import'
          ? { path: `./${basename(path, '.ts')}.cjs`, external: true }
          : undefined,
    );
  },
};

/** What dockerode could do besides: engines over SSH, and BuildKit's sessions over gRPC. */
const UNUSED = /^\.\/(ssh|session|buildkit)$/;

/**
 * An engine is reached by a socket or by TCP, and images are not built by services. What is left out is more than
 * half of what a service would load at its start, and some 15 MB of its memory.
 *
 * @type {import('esbuild').Plugin}
 */
const plainEngine = {
  name: 'plain-engine',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path, importer }) =>
      /[\\/](dockerode|docker-modem)[\\/]/.test(importer)
        ? { path, namespace: 'left-out' }
        : undefined,
    );
    build.onLoad({ filter: UNUSED, namespace: 'left-out' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error("${path} of dockerode is not in this bundle"); };`,
    }));
  },
};

/**
 * Of the messages of zod in fifty languages, English: the rest is a tenth of what a service loads.
 *
 * @type {import('esbuild').Plugin}
 */
const englishOnly = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/**
 * A file with a single character that is not ASCII is decoded by Node one by one; esbuild escapes them everywhere
 * but in regular expressions. Those of our own sources are written as escapes.
 *
 * @type {import('esbuild').Plugin}
 */
const asciiPatterns = {
  name: 'ascii-patterns',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]@nats-io[\\/]jetstream[\\/]lib[\\/]jsclient\.js$/ },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll('\u00b5', '\\u00b5'),
        loader: 'js',
      }),
    );
  },
};

/**
 * The drivers of real CLIs run in their hosts, which are `orchestrator host`: no service asks for one.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutDrivers = {
  name: 'without-drivers',
  setup(build) {
    build.onResolve({ filter: /^\.\/[a-z]+-driver\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'no-driver' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'no-driver' }, ({ path }) => ({
      contents: `module.exports = {}; throw new Error("${path} is not in the bundle of a service");`,
    }));
  },
};

/** What the command is bundled with, and what a service is. */
export const OF_ALL = [packagesApart, plainEngine, englishOnly, asciiPatterns];
export const OF_SERVICES = [...OF_ALL, withoutDrivers];

/** @type {import('esbuild').Plugin} */
const wholeApart = {
  name: 'whole-apart',
  setup(build) {
    const filter = /^\.\/whole-command\.ts$/;
    build.onResolve({ filter }, () => ({ path: `./${WHOLE}.cjs`, external: true }));
  },
};

/** @param {unknown} error @returns {string} the first complaint and its place */
function bundleReason(error) {
  const { errors = [], message } = /** @type {Partial<import('esbuild').BuildFailure>} */ (error);
  const [first] = errors;
  if (!first) return message ?? String(error);
  const at = first.location ? `${first.location.file}:${first.location.line}: ` : '';
  return `${at}${first.text}`;
}

/**
 * Agents may be starting the old one at this moment, so a file is never seen half written.
 *
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
function replaceFile(path, content, mode = 0o644) {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, path);
}

/** @param {string} root */
function nodeBinary(root) {
  const link = join(root, 'node_modules', '.bin', 'node');
  return existsSync(link) ? realpathSync(link) : link;
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'dist', '.fingerprint');
}
