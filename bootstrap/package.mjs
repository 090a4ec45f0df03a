// What runs of Orchestrator without its checkout: the package that is published (`npm run package` packs it,
// too), and what the image of the services has.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FORGOTTEN, OF_ALL, OF_SERVICES } from './bundle.mjs';
import { buildConsole } from './console.mjs';
import { foldVersion } from './fold-version.mjs';

const SERVICES = {
  spawner: 'spawner/main.ts',
  projections: 'projections/main.ts',
  bot: 'bot/main.ts',
  redis: 'projections/redis/main.ts',
  'otlp-exporter': 'platform/traces/otlp-exporter.ts',
  'mcp-protocol': 'projections/http/mcp/mcp-protocol.ts',
  'erase-redis': 'platform/erase/erase-redis.ts',
};

/** What programs read beside themselves. */
const SCRIPTS = [
  'spawner/runtime/local/keeper.sh',
  'agents/demo/demo-agent.sh',
  'spawner/projects/workspace-tree.sh',
  'spawner/projects/snapshot.sh',
  'spawner/projects/undo.sh',
  'spawner/projects/commits.sh',
];

/** What is published with the bundles. */
const TEXTS = ['README.md', 'LICENSE', 'CHANGELOG.md'];

const OLDEST_NODE = 24;

/**
 * Everything is bundled, so the package has no dependency, and no path of the machine that packed it.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {(line: string) => void} order.say
 * @returns {Promise<string>} the folder
 */
export async function makePackage({ root, say }) {
  say('bundling the package …');
  const folder = join(root, 'dist', 'npm');
  rmSync(folder, { recursive: true, force: true });
  await bundleProgram({ root, folder });
  for (const text of TEXTS) copyFileSync(join(root, text), join(folder, text));
  cpSync(join(root, 'docs', 'client'), join(folder, 'client'), { recursive: true });
  return folder;
}

/**
 * The command and the services, with what they read beside themselves.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {string} order.folder where `package.json` and `dist/` are made
 */
export async function bundleProgram({ root, folder }) {
  const dist = join(folder, 'dist');
  await bundleCommand(root, dist);
  await bundleServices(root, dist);
  for (const { name, contents } of await buildConsole(root)) {
    write(join(dist, 'console', name), contents);
  }
  for (const script of SCRIPTS) copyFileSync(join(root, script), join(dist, basename(script)));
  // Its sources are not there to be compared: it is the version of this package's code.
  const { version } = await foldVersion(root);
  write(join(dist, 'fold-version.json'), `${JSON.stringify({ version, inputs: {} })}\n`);
  write(join(dist, 'bin', 'orchestrator'), WRAPPER);
  chmodSync(join(dist, 'bin', 'orchestrator'), 0o755);
  write(join(folder, 'package.json'), manifest(root));
}

/**
 * Where it lies is asked of the file system, and only where it was called by a link: an agent calls it as
 * it is. Data of an installed package are nobody's repository's.
 */
const WRAPPER = `#!/bin/sh
unset ${FORGOTTEN.join(' ')}
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
dist=\${self%/bin/*}
if [ -z "$ORCHESTRATOR_AGENT_ID$ORCHESTRATOR_DATA_DIR" ]; then
  export ORCHESTRATOR_DATA_DIR="\${XDG_STATE_HOME:-$HOME/.local/state}/orchestrator"
fi
export NODE_COMPILE_CACHE="\${XDG_CACHE_HOME:-\${HOME:-/tmp}/.cache}/orchestrator/compiled"
exec node "$dist/orchestrator.cjs" "$@"
`;

/** @param {string} root */
function manifest(root) {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const own = {
    ...{ name, version, description, license },
    engines: { node: `>=${OLDEST_NODE}` },
    os: ['linux', 'darwin'],
    bin: { orchestrator: 'dist/bin/orchestrator' },
    // `import … from 'orchestrator/client'`: the client of the HTTP API.
    exports: { './client': { types: './client/index.d.ts', default: './client/index.js' } },
    files: ['dist', 'client', ...TEXTS],
  };
  return `${JSON.stringify(own, null, 2)}\n`;
}

/** @type {import('esbuild').BuildOptions} */
const COMMON = {
  bundle: true,
  // A path in the output is one below the checkout, wherever its packages are.
  preserveSymlinks: true,
  platform: 'node',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'error',
};

/** Says one line where Node is too old; the syntax of the entry is one that such a Node reads. */
const CHECK_NODE =
  `if(+process.versions.node.split(".")[0]<${OLDEST_NODE}){process.stderr.write("orchestrator: Node "+` +
  `process.versions.node+" is too old; install Node ${OLDEST_NODE} or newer (https://nodejs.org)\\n");process.exit(1)}`;

/** @param {string} root @param {string} dist */
async function bundleCommand(root, dist) {
  const esbuild = await import('esbuild');
  /** @type {import('esbuild').BuildOptions} */
  const command = {
    ...COMMON,
    absWorkingDir: root,
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.dirname': '__dirname' },
  };
  const whole = './orchestrator-whole.cjs';
  await esbuild.build({
    ...command,
    entryPoints: { orchestrator: 'cli/main.ts' },
    target: 'node18',
    banner: { js: CHECK_NODE },
    plugins: [
      {
        name: 'whole-apart',
        setup(build) {
          build.onResolve({ filter: /^\.\/whole-command\.ts$/ }, () => ({
            path: whole,
            external: true,
          }));
        },
      },
    ],
  });
  await esbuild.build({
    ...command,
    entryPoints: { 'orchestrator-whole': 'cli/whole-command.ts' },
    plugins: OF_ALL,
    target: `node${OLDEST_NODE}`,
  });
}

/** @param {string} root @param {string} dist */
async function bundleServices(root, dist) {
  const esbuild = await import('esbuild');
  await esbuild.build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: SERVICES,
    plugins: OF_SERVICES,
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.dirname': '__dirname' },
    target: `node${OLDEST_NODE}`,
  });
}

/** @param {string} file @param {string | Uint8Array} content */
function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
