import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { execProgram } from './exec-program.ts';

const TIMEOUT_MS = 5_000;

/**
 * Makes the workspace of an agent a git repository of its own, where it is none. An agent takes the
 * first folder with a `.git` above it for its project: with the data folder in a checkout, that is
 * somebody else's, whose instructions it would follow and which its commits would land in. Where
 * there is no git, there is nothing to commit with either. Never rejects.
 */
export async function makeOwnRepository(workspace: string, searchPath: string): Promise<void> {
  if (await isThere(join(workspace, '.git'))) return;
  await execProgram(
    {
      // Nothing of this machine's own is in it: no template with hooks, no settings.
      command: ['git', 'init', '--quiet', '--template=', '--initial-branch=main', workspace],
      environment: { PATH: searchPath, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      timeoutMs: TIMEOUT_MS,
      outputBytes: 1_000,
      signal: new AbortController().signal,
    },
    workspace,
  );
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
