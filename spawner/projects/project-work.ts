import { branchOf, type ProjectState } from '../../core/domain/project/project.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { GitIdentity } from './agent-clone.ts';
import type { ProjectRepositories } from './project-repositories.ts';
import { EMPTY_TREE, type Repository } from './repository.ts';
import { baseRef } from './snapshots.ts';

/** Whose work. */
export interface WorkOf {
  agentId: string;
  /** Its branch; undefined where it works in place. */
  branch: string | undefined;
  /** Its last two snapshots, the newest first. */
  last?: string | undefined;
  before?: string | undefined;
}

export interface MergeOutcome {
  from: string;
  into: string;
  commit: string;
  how: 'fast-forward' | 'merge' | 'nothing';
}

/** What one diff shows at most; the rest is told. */
const DIFF_BYTES = 512 * 1024;

/** What one patch holds at most. */
const PATCH_BYTES = 4 * 1024 * 1024;

const FIELD = '\u001f';
const MAX_CONFLICTS = 50;

/** What can be seen and done of what agents have committed, in the repositories that the system keeps. */
export class ProjectWork {
  readonly #repositories: ProjectRepositories;

  constructor(repositories: ProjectRepositories) {
    this.#repositories = repositories;
  }

  async #repository(project: ProjectState): Promise<Repository> {
    const repository = this.#repositories.repository(project.id);
    if (await repository.isThere()) return repository;
    if (project.phase === 'archived') {
      const message = `Project ${project.name} is archived, and its repository is not kept any more`;
      throw new OrchestratorError('ORC_NO_CHANGES', message);
    }
    throw new OrchestratorError('ORC_NO_CHANGES', `Nobody has worked in ${project.name} yet`);
  }

  /** What an agent has changed: in its last turn, or since it began. */
  async diff(
    project: ProjectState,
    { agentId, last, before }: WorkOf,
    turn: 'last' | 'all',
  ): Promise<{ diff: string; truncated: boolean }> {
    const repository = await this.#repository(project);
    const newest = last ?? (await newestSnapshot(repository, agentId));
    if (newest === undefined) {
      throw new OrchestratorError(
        'ORC_NO_CHANGES',
        'There is no snapshot of this agent’s work yet',
      );
    }
    const earlier =
      before ?? (last === undefined ? await repository.commitOf(`${newest}^1`) : undefined);
    const base = (await repository.commitOf(baseRef(agentId))) ?? EMPTY_TREE;
    return this.#shown(repository, turn === 'all' ? base : (earlier ?? base), newest);
  }

  /** What a turn has changed, by its snapshot: the first parent of that is the one before. */
  async snapshotDiff(
    project: ProjectState,
    snapshot: string,
  ): Promise<{ diff: string; truncated: boolean }> {
    const repository = await this.#repository(project);
    const commit = await repository.commitOf(snapshot);
    if (commit === undefined) {
      const message = `There is no snapshot ${snapshot.slice(0, 12)} in this machine’s repository`;
      throw new OrchestratorError('ORC_NO_CHANGES', message);
    }
    return this.#shown(
      repository,
      (await repository.commitOf(`${commit}^1`)) ?? EMPTY_TREE,
      commit,
    );
  }

  /** What a branch has that the project's own has not. */
  async branchDiff(
    project: ProjectState,
    branch: string,
  ): Promise<{ diff: string; truncated: boolean }> {
    const repository = await this.#repository(project);
    const head = await requireBranch(repository, branch);
    const own = await repository.commitOf(`refs/heads/${branchOf(project)}`);
    const base = own && (await mergeBase(repository, own, head));
    return this.#shown(repository, base ?? EMPTY_TREE, head);
  }

  async #shown(repository: Repository, from: string, to: string) {
    const args = ['diff-tree', '-r', '-p', '--no-ext-diff', '--no-textconv', '--no-color'];
    const { stdout, truncated, code, stderr } = await repository.try({
      args: [...args, '--find-renames', '--stat', '--patch', '--end-of-options', from, to],
      outputBytes: DIFF_BYTES,
    });
    if (code !== 0 && !truncated) {
      throw new OrchestratorError('ORC_GIT', `git diff: ${stderr.trim().split('\n').at(-1)}`);
    }
    return { diff: stdout.toString('utf8'), truncated };
  }

  /** The commits of a branch, the newest first. */
  async log(project: ProjectState, branch: string | undefined, limit: number) {
    const repository = await this.#repository(project);
    const head = await requireBranch(repository, branch ?? branchOf(project));
    const format = ['%H', '%an', '%aI', '%s'].join(FIELD);
    const args = [
      'log',
      '-z',
      `--max-count=${limit}`,
      `--format=${format}`,
      '--end-of-options',
      head,
    ];
    const text = await repository.run({ args });
    return text
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [commit = '', author = '', time = '', subject = ''] = entry.trim().split(FIELD);
        return { commit, author, time, subject };
      });
  }

  /**
   * Brings a branch into the project's own: by moving that, or by a merge commit. Nobody's files are
   * touched. Repeated it changes nothing. Throws ORC_MERGE_CONFLICT with the files.
   */
  async merge(
    project: ProjectState,
    from: string,
    identity: GitIdentity,
    now: Date,
  ): Promise<MergeOutcome> {
    const repository = await this.#repository(project);
    const into = branchOf(project);
    const theirs = await requireBranch(repository, from);
    const ours = await repository.commitOf(`refs/heads/${into}`);
    if (ours !== undefined && (await repository.isAncestor(theirs, ours))) {
      return { from, into, commit: ours, how: 'nothing' };
    }
    if (ours === undefined || (await repository.isAncestor(ours, theirs))) {
      await repository.move(`refs/heads/${into}`, theirs, ours, `merge ${from}`);
      return { from, into, commit: theirs, how: 'fast-forward' };
    }
    const tree = await mergedTree(repository, ours, theirs);
    const commit = await repository.run({
      args: ['commit-tree', '-m', `Merge branch '${from}'`, '-p', ours, '-p', theirs, tree],
      environment: {
        GIT_AUTHOR_NAME: identity.name,
        GIT_AUTHOR_EMAIL: identity.email,
        GIT_AUTHOR_DATE: now.toISOString(),
        GIT_COMMITTER_NAME: identity.name,
        GIT_COMMITTER_EMAIL: identity.email,
        GIT_COMMITTER_DATE: now.toISOString(),
      },
    });
    await repository.move(`refs/heads/${into}`, commit, ours, `merge ${from}`);
    return { from, into, commit, how: 'merge' };
  }

  /** What a branch has that the project's own has not, as `git am` takes it. */
  async patch(project: ProjectState, branch: string): Promise<string> {
    const repository = await this.#repository(project);
    const head = await requireBranch(repository, branch);
    const own = await repository.commitOf(`refs/heads/${branchOf(project)}`);
    const range = own === undefined ? ['--root', head] : [`${own}..${head}`];
    const args = ['format-patch', '--stdout', '--no-signature', '--no-color', '--no-ext-diff'];
    const { stdout, truncated } = await repository.try({
      args: [...args, '--no-textconv', ...range],
      outputBytes: PATCH_BYTES,
    });
    if (truncated) {
      throw new OrchestratorError('ORC_TOO_LARGE', `The patch has more than ${PATCH_BYTES} bytes`, {
        cure: 'Push the branch instead: `orchestrator project push`.',
      });
    }
    if (stdout.length === 0) {
      throw new OrchestratorError('ORC_NO_CHANGES', `${branch} has no commits of its own`);
    }
    return stdout.toString('utf8');
  }

  /** Pushes a branch to where the project is from. Never by force. Throws ORC_PUSH_REFUSED. */
  async push(project: ProjectState, branch: string, to = branch): Promise<{ commit: string }> {
    const repository = await this.#repository(project);
    const commit = await requireBranch(repository, branch);
    const remote = await this.#repositories.remote(project);
    if (remote === undefined) {
      const message = `Project ${project.name} is from nowhere: it has no remote`;
      throw new OrchestratorError('ORC_PUSH_REFUSED', message, {
        cure: '`orchestrator project export` writes a patch.',
      });
    }
    const refused = await repository.push(remote, `${commit}:refs/heads/${to}`);
    if (refused === undefined) return { commit };
    throw new OrchestratorError('ORC_PUSH_REFUSED', `${to} was not pushed: ${refused}`);
  }
}

async function requireBranch(repository: Repository, branch: string): Promise<string> {
  const commit = await repository.commitOf(`refs/heads/${branch}`);
  if (commit !== undefined) return commit;
  throw new OrchestratorError('ORC_NO_CHANGES', `There is no branch ${branch} with commits yet`);
}

/** Of one that has ended; its parent is the one before, or where it began. */
async function newestSnapshot(repository: Repository, agentId: string) {
  const under = `refs/orchestrator/turns/${agentId}/`;
  const args = [
    'for-each-ref',
    '--sort=-committerdate',
    '--count=1',
    '--format=%(objectname)',
    under,
  ];
  return (await repository.run({ args })) || undefined;
}

async function mergeBase(repository: Repository, one: string, other: string) {
  const { code, stdout } = await repository.try({ args: ['merge-base', one, other] });
  return code === 0 ? stdout.toString().trim() : undefined;
}

/** Throws ORC_MERGE_CONFLICT with the files. */
async function mergedTree(repository: Repository, ours: string, theirs: string): Promise<string> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages'];
  const { code, stdout, stderr } = await repository.try({
    args: [...args, '--allow-unrelated-histories', ours, theirs],
  });
  const [tree = '', ...files] = stdout.toString('utf8').split('\0').filter(Boolean);
  if (code === 0) return tree;
  if (code !== 1) {
    throw new OrchestratorError('ORC_GIT', `git merge: ${stderr.trim().split('\n').at(-1)}`);
  }
  const named = [...new Set(files)].slice(0, MAX_CONFLICTS).join(', ');
  throw new OrchestratorError('ORC_MERGE_CONFLICT', `Both have changed ${named}`);
}
