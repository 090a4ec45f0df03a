import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { branchOf, type ProjectState } from '../../core/domain/project/project.ts';
import { delay } from '../../platform/async/delay.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isBranchName } from '../../schemas/project-source.ts';
import { cloneForAgent } from './agent-clone.ts';
import type { ProjectRepositories } from './project-repositories.ts';
import type { Repository } from './repository.ts';

/** A commit, as a person is to know it. */
export interface CommitShown {
  commit: string;
  subject: string;
}

/** No clone takes so long. */
const LEFT_MS = 6 * 3_600_000;

/** So long a source is waited for by whoever calls. */
const FETCH_MS = 15_000;

const COMMIT = /^[0-9a-f]{7,64}$/;
/** Of a plain file that may be run, as git has it. */
const EXECUTABLE = '100755';
/** The branch that a checkout has; nobody else has it. */
const BRANCH = 'checkout';
const IDENTITY = { name: 'Orchestrator', email: 'checkout@orchestrator.invalid' };

/** Clean checkouts of projects at one commit, for programs that they bring themselves. */
export class ProjectCheckouts {
  readonly #repositories: ProjectRepositories;

  constructor(repositories: ProjectRepositories) {
    this.#repositories = repositories;
  }

  /**
   * The commit that is meant, and that it has a program which may be run.
   *
   * @param ref a commit or a branch; without one the project's own branch
   * @param program its path in the project, such as `.orchestrator/deploy`
   * @throws OrchestratorError ORC_BAD_INPUT, ORC_NO_PROGRAM
   */
  async resolve(project: ProjectState, ref: string | undefined, program: string) {
    const repository = await this.#newest(project);
    const commit = await commitOf(repository, ref ?? branchOf(project));
    if (commit === undefined) {
      const what =
        ref === undefined
          ? `Project ${project.name} has no commits yet`
          : `Project ${project.name} has no branch or commit ${JSON.stringify(ref)}`;
      throw new OrchestratorError('ORC_BAD_INPUT', what);
    }
    await requireProgram(repository, { project, commit, program });
    const subject = await repository.run({
      args: ['log', '-1', '--no-show-signature', '--format=%s', '--end-of-options', commit],
    });
    return { commit, subject } satisfies CommitShown;
  }

  /** A folder with the files of a commit, which becomes the caller's own. */
  async make(project: ProjectState, commit: string, id: string): Promise<string> {
    const repository = this.#repositories.repository(project.id);
    if ((await repository.commitOf(commit)) === undefined) await this.#newest(project);
    await this.#sweep();
    const folder = await this.#repositories.stage(id);
    const { depth } = this.#repositories;
    const order = { folder, branch: BRANCH, commit, identity: IDENTITY, depth };
    await cloneForAgent(this.#repositories.git, repository, order);
    return folder;
  }

  /** Takes away what spawners that were killed in the middle have left: nobody makes a job’s checkout again. */
  async #sweep(): Promise<void> {
    const stage = join(this.#repositories.folder, 'stage');
    for (const name of await readdir(stage).catch(() => [])) {
      if (!name.startsWith('job_')) continue;
      const path = join(stage, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > LEFT_MS) await rm(path, { recursive: true, force: true });
    }
  }

  /** With what is new in its source; without its source, with what was there before. */
  async #newest(project: ProjectState): Promise<Repository> {
    const repository = this.#repositories.repository(project.id);
    const fetched = this.#repositories.fetch(project);
    // It goes on, for whoever comes next.
    fetched.catch(() => undefined);
    const patience = new AbortController();
    try {
      if (!(await repository.isThere())) await fetched;
      else await Promise.race([fetched, delay(FETCH_MS, patience.signal)]);
    } catch (error) {
      if (!(await repository.isThere())) throw error;
    } finally {
      patience.abort();
    }
    return repository;
  }
}

async function commitOf(repository: Repository, ref: string): Promise<string | undefined> {
  const branch = isBranchName(ref) ? await repository.commitOf(`refs/heads/${ref}`) : undefined;
  return branch ?? (COMMIT.test(ref) ? repository.commitOf(ref) : undefined);
}

async function requireProgram(
  repository: Repository,
  { project, commit, program }: { project: ProjectState; commit: string; program: string },
): Promise<void> {
  const args = ['ls-tree', '-z', '--format=%(objectmode)', commit, '--', program];
  const mode = (await repository.run({ args })).replace('\0', '');
  if (mode === EXECUTABLE) return;
  const short = commit.slice(0, 12);
  const what =
    mode === '100644'
      ? `${program} of project ${project.name} at ${short} may not be run: \`git update-index --chmod=+x ${program}\``
      : `Project ${project.name} has no ${program} at ${short}`;
  throw new OrchestratorError('ORC_NO_PROGRAM', what);
}
