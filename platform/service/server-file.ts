import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OrchestratorError } from '../../schemas/errors.ts';
import { type ServerDeclaration, serverDeclarations } from '../../schemas/server-declaration.ts';
import { isSystemError } from '../../schemas/system-error.ts';

/**
 * The servers of a file, the paths of their keys made absolute; none where there is no such file.
 * Throws ORC_TOOLS that names every mistake.
 */
export async function readServers(file: string): Promise<ServerDeclaration[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw wrong(file, error);
  });
  if (text === undefined) return [];
  const read = serverDeclarations.safeParse(json(file, text));
  if (!read.success) {
    const problems = read.error.issues.map(
      ({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
    );
    throw wrong(file, problems.join('; '));
  }
  const folder = dirname(file);
  return read.data.map(({ key, knownHosts, ...rest }) => ({
    ...rest,
    key: resolve(folder, key),
    ...(knownHosts !== undefined && { knownHosts: resolve(folder, knownHosts) }),
  }));
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(file, error);
  }
}

const wrong = (file: string, what: unknown): OrchestratorError =>
  new OrchestratorError('ORC_TOOLS', `${file}: ${what instanceof Error ? what.message : what}`);
