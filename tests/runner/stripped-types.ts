// AVA loads this before each test file (`require` in ava.config.mjs). A run that is measured for
// coverage goes without Node's compile cache, and each of its processes would strip the types of
// some 200 files, half of what it takes to load them. Here the first one does, for all that follow.
// Stripping leaves every line and column where it was, so that what is measured is of the source.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSystemError } from '../../schemas/system-error.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'stripped', process.version);

// Before child-processes.ts takes it away.
if (process.env.NODE_V8_COVERAGE) {
  mkdirSync(FOLDER, { recursive: true });
  registerHooks({
    load: (url, context, next) => {
      if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
      const source = readFileSync(fileURLToPath(url), 'utf8');
      return { format: 'module', source: stripped(source), shortCircuit: true };
    },
  });
}

function stripped(source: string): string {
  const file = join(FOLDER, createHash('sha256').update(source).digest('hex'));
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    const text = stripTypeScriptTypes(source);
    // Others may be about to write the same.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text);
    renameSync(draft, file);
    return text;
  }
}
