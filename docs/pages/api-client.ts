import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { build } from 'esbuild';
import ts from 'typescript';
import { openApi } from '../../schemas/http/openapi.ts';

/** Over each of its files. */
const HEADER = '// Made from docs/openapi.json by `npm run docs`; not written by hand.\n';

const DECLARATIONS: ts.CompilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  newLine: ts.NewLineKind.LineFeed,
};

/** A folder that is installed as it is. */
const PACKAGE = {
  name: 'orchestrator-client',
  version: '1.0.0',
  description: 'The client of the HTTP API of Orchestrator',
  license: 'MIT',
  type: 'module',
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
};

/** So that one program talks to several systems. */
const MORE = "export { createClient, createConfig } from './client/index.js';\n";

/**
 * The client of the HTTP API: one module that runs in Node and in browsers and needs nothing, and its types
 * (docs/decisions/0137-a-client-that-is-generated.md). Content by path, below `docs/client/`.
 */
export async function apiClient(): Promise<Map<string, string>> {
  const sources = await mkdtemp(join(tmpdir(), 'orchestrator-client-'));
  try {
    await generate(sources);
    const entry = join(sources, 'index.ts');
    const files = new Map([
      ['package.json', `${JSON.stringify(PACKAGE, null, 2)}\n`],
      ['index.js', await bundled(entry)],
    ]);
    const program = ts.createProgram([entry], { ...DECLARATIONS, rootDir: sources });
    program.emit(undefined, (path, text) => files.set(relative(sources, path), HEADER + text));
    return files;
  } finally {
    await rm(sources, { recursive: true });
  }
}

async function generate(folder: string): Promise<void> {
  await createClient({
    input: forCallers(),
    output: { path: folder, module: { extension: '.js' } },
    plugins: [
      { name: '@hey-api/client-fetch', includeInEntry: true },
      '@hey-api/typescript',
      '@hey-api/sdk',
    ],
    logs: { level: 'silent', file: false },
  });
  await appendFile(join(folder, 'index.ts'), MORE);
}

/** Without the signature of an agent's own command, which the generator does not know, nor a caller need. */
function forCallers(): ReturnType<typeof openApi> {
  const isAgent = (value: unknown) => Reflect.get(Object(value), 'scheme') === 'agent';
  return JSON.parse(JSON.stringify(openApi(), (_, value) => (isAgent(value) ? undefined : value)));
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: dirname(entry),
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    banner: { js: HEADER.trimEnd() },
  });
  return outputFiles[0]?.text ?? '';
}
