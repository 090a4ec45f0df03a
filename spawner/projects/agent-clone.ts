import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from '../../platform/git/git.ts';
import { packCommand } from '../../platform/git/remote-program.ts';
import type { GitPerson } from '../../schemas/git-people.ts';
import type { Repository } from './repository.ts';

/** Who an agent's commits are by. */
export type GitIdentity = GitPerson;

export interface CloneOrder {
  /** Where the clone is to be; it is there whole or not at all. */
  folder: string;
  /** The agent's own branch, which the clone has checked out. */
  branch: string;
  /** Where it begins; undefined for a repository without commits. */
  commit: string | undefined;
  /** What its files are, where that is not what is committed: they are as a snapshot has them. */
  files?: string | undefined;
  identity: GitIdentity;
  /** So many commits of its history are given to it; all without. */
  depth?: number | undefined;
}

/** Files that the system itself puts into a workspace. */
const OWN_FILES = '/inbox/\n';

/** Keeps what its files began with: the first snapshot is compared with it. */
const BEGUN_WITH = 'refs/orchestrator/begun-with';

const CLONE_MS = 30 * 60_000;

/**
 * Makes the clone that an agent works in: a repository of its own, with what its branch begins with
 * and nothing of other agents, without a remote, hooks or a template. Submodules are not fetched, and
 * LFS pointers stay pointers: no filter runs (docs/decisions/0103-a-clone-for-each-agent.md).
 */
export async function cloneForAgent(git: Git, from: Repository, order: CloneOrder): Promise<void> {
  const { folder, branch, commit, files, identity, depth } = order;
  if (await isThere(folder)) return;
  const half = `${folder}.${process.pid}.${Math.round(performance.now() * 1000)}.half`;
  await mkdir(half, { recursive: true, mode: 0o700 });
  try {
    const init = ['init', '--quiet', '--template=', `--initial-branch=${branch}`, half];
    await git.run({ args: init });
    const at = (args: readonly string[]) =>
      git.run({ args, cwd: half, protocols: ['file'], timeoutMs: CLONE_MS });
    await at(['config', 'user.name', identity.name]);
    await at(['config', 'user.email', identity.email]);
    await mkdir(join(half, '.git', 'info'), { recursive: true });
    await appendFile(join(half, '.git', 'info', 'exclude'), OWN_FILES);
    const wanted = [
      ...(commit === undefined ? [] : [`${commit}:refs/heads/${branch}`]),
      ...(files === undefined ? [] : [`${files}:${BEGUN_WITH}`]),
    ];
    if (wanted.length > 0) {
      await at([
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--update-head-ok',
        // Of a repository that itself has not the whole history.
        '--update-shallow',
        ...(depth === undefined ? [] : [`--depth=${depth}`]),
        `--upload-pack=${packCommand(from.folder, 'upload-pack')}`,
        '--',
        from.folder,
        ...wanted,
      ]);
    }
    if (commit !== undefined) await at(['reset', '--quiet', '--hard']);
    if (files !== undefined) {
      await at(['read-tree', '--reset', '-u', files]);
      // What was not committed then is not committed here.
      await at(['read-tree', commit ?? '--empty']);
    }
    await rename(half, folder);
  } catch (error) {
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

const isThere = (folder: string): Promise<boolean> =>
  stat(join(folder, '.git')).then(
    () => true,
    () => false,
  );
