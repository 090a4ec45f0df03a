import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import { Written } from './answers.ts';

const TYPES = {
  'console.html': 'text/html; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
} as const;

/** Its own files, this API, and nothing else; whatever is said in it, no text becomes a program. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
};

const unpacked = promisify(gunzip);

/**
 * A file of the console. They lie compressed beside the bundle (bootstrap/console.mjs makes them), are read when they
 * are asked for, and kept in no memory. Throws ORC_NO_ROUTE where they were not built.
 */
export async function consoleFile(
  name: keyof typeof TYPES,
  acceptsGzip: boolean,
): Promise<Written> {
  const packed = await readFile(join(folder(), `${name}.gz`)).catch((cause: unknown) => {
    if (!isSystemError(cause, 'ENOENT')) throw cause;
    const cure = '`npm run build` makes it.';
    throw new OrchestratorError('ORC_NO_ROUTE', 'The console was not built', { cause, cure });
  });
  if (!acceptsGzip) return new Written(TYPES[name], await unpacked(packed), HEADERS);
  return new Written(TYPES[name], packed, { ...HEADERS, 'content-encoding': 'gzip' });
}

/** Beside the bundle; of a process that runs sources, where the bundle would be. */
function folder(): string {
  const beside = join(import.meta.dirname, 'console');
  return existsSync(beside) ? beside : join(import.meta.dirname, '..', '..', 'dist', 'console');
}
