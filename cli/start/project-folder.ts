import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OrchestratorError } from '../../schemas/errors.ts';

/**
 * The repository that a path of the command line is in, as it really is: its top folder. Under `npm start`
 * a path is from where npm was called, as npm tells it.
 */
export async function projectFolder(
  path: string,
  { npm_lifecycle_event, INIT_CWD }: Record<string, string | undefined>,
): Promise<string> {
  const from = npm_lifecycle_event === 'start' && INIT_CWD ? INIT_CWD : process.cwd();
  const asked = resolve(from, path);
  const real = await realpath(asked).catch(() => asked);
  for (let folder = real; ; folder = dirname(folder)) {
    const found = await stat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new OrchestratorError('ORC_PROJECT_SOURCE', `The folder ${asked} is in no git repository`, {
    cure: '`git init` makes one of it.',
  });
}

/** A list of folders, as ORCHESTRATOR_PROJECT_ROOTS has it, with one more. Pure. */
export const withRoot = (roots: string | undefined, folder: string): string =>
  [...(roots ?? '').split(',').filter((root) => root.trim() !== ''), folder].join(',');
