import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Where the page is, below the checkout. */
export const CONSOLE = 'projections/console';

/** What is made of it, each compressed: nobody is sent them otherwise. */
export const CONSOLE_FILES = ['console.html.gz', 'console.js.gz', 'console.css.gz'];

/**
 * The files of the console, which the HTTP API serves (projections/http/console-files.ts): one script, one style
 * sheet, one page, with nothing of anywhere else.
 *
 * @param {string} root the checkout
 * @returns {Promise<{ name: string, contents: Uint8Array }[]>} named as in CONSOLE_FILES
 */
export async function buildConsole(root) {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { console: `${CONSOLE}/main.tsx`, 'console-style': `${CONSOLE}/console.css` },
    outdir: 'dist/console',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // Browsers of the last two years or so: https://caniuse.com/mdn-javascript_builtins_promise_withresolvers
    target: ['chrome120', 'firefox121', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  /** @param {string} end */
  const made = (end) => {
    const found = outputFiles.find(({ path }) => path.endsWith(end));
    if (found === undefined) throw new Error(`esbuild made no ${end}`);
    return found.contents;
  };
  const files = {
    'console.html': readFileSync(join(root, CONSOLE, 'console.html')),
    'console.js': made('console.js'),
    'console.css': made('console-style.css'),
  };
  return Object.entries(files).map(([name, contents]) => ({
    name: `${name}.gz`,
    contents: gzipSync(contents, { level: 9 }),
  }));
}
