import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { branchOf, DEFAULT_BRANCH, type ProjectState } from '../../core/domain/project/project.ts';
import type { Git } from '../../platform/git/git.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { isBranchName, NO_SOURCE, projectSource } from '../../schemas/project-source.ts';
import { type Remote, Repository } from './repository.ts';

export interface RepositoriesOptions {
  git: Git;
  /** Holds a bare repository for each project. */
  folder: string;
  /** Folders below which a project's folder may lie. */
  roots: readonly string[];
  /** A file as `git credential-store` keeps it, and a private key of ssh; for no agent. */
  credentials?: string | undefined;
  sshKey?: string | undefined;
  /** So many commits of a branch are fetched, and given to an agent; all without. */
  depth?: number | undefined;
}

/** Of the repository that a project is from: kept apart from what is done here. */
const SOURCE_REFS = ['+refs/heads/*:refs/remotes/origin/*'];

const SUBMODULES = 'submodules are not fetched: their folders are empty';
const LFS = 'files of Git LFS are not fetched: they are pointers';

/** The repositories that the system keeps, one for each project, and where they come from. */
export class ProjectRepositories {
  readonly git: Git;
  readonly #options: RepositoriesOptions;

  constructor(options: RepositoriesOptions) {
    this.git = options.git;
    this.#options = options;
  }

  /** A folder beside the repositories, on the same disk. */
  get folder(): string {
    return this.#options.folder;
  }

  /** So many commits of a branch are there at first; undefined: all. */
  get depth(): number | undefined {
    return this.#options.depth;
  }

  /** Of an id that stands in a subject: it leads nowhere else. */
  repository(projectId: string): Repository {
    return new Repository(this.git, join(this.#options.folder, `${projectId}.git`));
  }

  /**
   * Makes the repository of a project where it is not there, and fetches what it is from. Repeated, it
   * fetches what is new there.
   *
   * @throws OrchestratorError with what is wrong with its source
   */
  async fetch(project: ProjectState): Promise<DataOf<'project.ready'>> {
    const repository = this.repository(project.id);
    const remote = await this.remote(project);
    if (remote === undefined) return this.#empty(project, repository);
    const branch = project.branch ?? (await ownBranch(repository, remote)) ?? DEFAULT_BRANCH;
    await repository.make(branch);
    // Fetched with a depth again, what is there would be cut off from what is new.
    const depth = (await hasBranches(repository)) ? undefined : this.depth;
    await repository.fetch(remote, SOURCE_REFS, depth);
    const there = await repository.commitOf(`refs/remotes/origin/${branch}`);
    if (there === undefined && (await hasBranches(repository))) {
      const message = `The repository has no branch ${JSON.stringify(branch)}`;
      throw new OrchestratorError('ORC_PROJECT_SOURCE', message, {
        cure: 'Name one that it has: `--branch`.',
      });
    }
    const commit = await forwarded(repository, branch, there);
    const notes = commit === undefined ? [] : await notesOf(repository, commit);
    return {
      branch,
      ...(commit !== undefined && { commit }),
      ...(notes.length > 0 && { notes }),
    };
  }

  async #empty(project: ProjectState, repository: Repository): Promise<DataOf<'project.ready'>> {
    const branch = branchOf(project);
    await repository.make(branch);
    const commit = await repository.commitOf(`refs/heads/${branch}`);
    return { branch, ...(commit !== undefined && { commit }) };
  }

  /** Where a project is from; undefined for one that began empty. Throws ORC_PROJECT_SOURCE. */
  async remote({ repo }: ProjectState): Promise<Remote | undefined> {
    if (repo === undefined) return undefined;
    const source = projectSource(repo);
    if (source === undefined) throw new OrchestratorError('ORC_PROJECT_SOURCE', NO_SOURCE);
    if (source.kind === 'folder') {
      const folder = await this.allowedFolder(source.path);
      return { address: folder, protocols: ['file'], trusted: folder };
    }
    return { address: source.url, protocols: [source.protocol], ...this.#credentials() };
  }

  /** A folder as it really is, where it lies below an allowed root. Throws ORC_PROJECT_SOURCE. */
  async allowedFolder(path: string): Promise<string> {
    const folder = await realpath(path).catch(() => undefined);
    const roots = await Promise.all(this.#options.roots.map((root) => real(root)));
    const isBelow = roots.some((root) => folder === root || folder?.startsWith(below(root)));
    // Whether there is such a folder outside of the roots is nobody's to find out.
    if (folder === undefined || !isBelow) {
      const message = `The folder ${path} is not there, or not below ORCHESTRATOR_PROJECT_ROOTS`;
      throw new OrchestratorError('ORC_PROJECT_SOURCE', message);
    }
    if (await isRepository(folder)) return folder;
    const message = `The folder ${path} is no git repository`;
    throw new OrchestratorError('ORC_PROJECT_SOURCE', message, {
      cure: '`git init` makes one of it.',
    });
  }

  /** By where they are kept: what they are stands in no argument and no variable. */
  #credentials(): Pick<Remote, 'settings' | 'environment'> {
    const { credentials, sshKey } = this.#options;
    const ssh = 'ssh -oBatchMode=yes -oIdentitiesOnly=yes';
    return {
      ...(credentials !== undefined && {
        settings: [`credential.helper=store --file=${shellWord(resolve(credentials))}`],
      }),
      ...(sshKey !== undefined && {
        environment: { GIT_SSH_COMMAND: `${ssh} -i ${shellWord(resolve(sshKey))}` },
      }),
    };
  }

  /** Where a clone is made before it is an agent's; what a killed process left there is removed. */
  async stage(agentId: string): Promise<string> {
    const stage = join(this.#options.folder, 'stage');
    await mkdir(stage, { recursive: true, mode: 0o700 });
    for (const name of await readdir(stage)) {
      if (!name.startsWith(`${agentId}.`)) continue;
      await rm(join(stage, name), { recursive: true, force: true });
    }
    return join(stage, agentId);
  }
}

const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
const below = (root: string): string => (root.endsWith(sep) ? root : root + sep);
const real = (root: string): Promise<string> => realpath(root).catch(() => resolve(root));

const isRepository = async (folder: string): Promise<boolean> => {
  const looks = ['.git', 'HEAD'].map((name) => stat(join(folder, name)).catch(() => undefined));
  return (await Promise.all(looks)).some((found) => found !== undefined);
};

async function ownBranch(repository: Repository, remote: Remote): Promise<string | undefined> {
  await mkdir(dirname(repository.folder), { recursive: true, mode: 0o700 });
  const name = await repository.defaultBranch(remote);
  return name !== undefined && isBranchName(name) ? name : undefined;
}

const hasBranches = async (repository: Repository): Promise<boolean> =>
  (await repository.run({ args: ['for-each-ref', '--count=1', 'refs/remotes/origin'] })) !== '';

/** The project's own branch follows that of its source for as long as nothing was merged into it. */
async function forwarded(
  repository: Repository,
  branch: string,
  there: string | undefined,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const here = await repository.commitOf(ref);
  if (there === undefined || here === there) return here;
  if (here !== undefined && !(await repository.isAncestor(here, there))) return here;
  await repository.move(ref, there, here, 'fetched');
  return there;
}

async function notesOf(repository: Repository, commit: string): Promise<string[]> {
  const has = async (path: string, pattern: string) => {
    const args = ['grep', '--quiet', '-e', pattern, commit, '--', path];
    return (await repository.try({ args })).code === 0;
  };
  return [
    ...((await has('.gitmodules', 'path')) ? [SUBMODULES] : []),
    ...((await has(':(glob)**/.gitattributes', 'filter=lfs')) ? [LFS] : []),
  ];
}
