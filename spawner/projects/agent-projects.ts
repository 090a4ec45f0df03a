import type { Logger } from 'pino';
import type { LiveAgent } from '../../core/domain/agent/agent-state.ts';
import type { TurnStep } from '../../core/domain/agent/turn/next-turn-step.ts';
import type { SnapshotTold, UndoTold } from '../../core/domain/agent/turn/snapshot-events.ts';
import { branchName } from '../../core/domain/project/agent-branch.ts';
import { branchOf, type ProjectState } from '../../core/domain/project/project.ts';
import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import type { AgentPlaces, AgentProcess, WorkspaceSource } from '../runtime/runtime.ts';
import { cloneForAgent, type GitIdentity } from './agent-clone.ts';
import type { ProjectRepositories } from './project-repositories.ts';
import { EMPTY_TREE, type Repository } from './repository.ts';
import { runInWorkspace } from './run-in-workspace.ts';
import {
  baseRef,
  hasPrintedNothing,
  keepCommits,
  keepSnapshot,
  LARGEST_PACK,
  parseSnapshot,
  SNAPSHOT_OUTPUT,
  saidLast,
} from './snapshots.ts';

/** A snapshot of what nobody has looked at before reads every file. */
const SNAPSHOT_MS = 120_000;
const UNDO_MS = 120_000;

export interface AgentProjectsOptions {
  repositories: ProjectRepositories;
  project: (projectId: string) => ProjectState | undefined;
  /** Who commits for a person. */
  identity: (owner: Person | undefined) => GitIdentity;
  logger: Logger;
}

/** An agent’s process, and where it has its things. */
export interface AtWork {
  process: AgentProcess;
  places: AgentPlaces;
  signal: AbortSignal;
}

/** The work of agents in projects: their clones, and what is kept of each turn. */
export class AgentProjects {
  readonly #options: AgentProjectsOptions;

  constructor(options: AgentProjectsOptions) {
    this.#options = options;
  }

  /** What an agent’s workspace is to be; undefined where it works in no project. */
  workspace(state: LiveAgent): WorkspaceSource | undefined {
    const { agentId, project, owner } = state;
    if (project === undefined) return undefined;
    const { repositories, identity } = this.#options;
    const known = this.#usable(project.id);
    if (project.inPlace) {
      return { inPlace: async () => repositories.allowedFolder(folderOf(known)) };
    }
    const branch = branchName(agentId, project) ?? '';
    return {
      make: async () => {
        const repository = repositories.repository(known.id);
        // What it begins with is here, or nowhere: nobody else is asked.
        if (state.whatIf === undefined) await this.#update(known);
        const own = await repository.commitOf(`refs/heads/${branch}`);
        // Of a fork that has been here before there is a branch of its own, or nothing but how it began.
        const from = own === undefined ? project.from : undefined;
        if (from !== undefined) await requireKept(repository, from);
        const begun = own ?? (await beginningOf(repository, project));
        const commit = from
          ? from.head
          : (begun ?? (await repository.commitOf(`refs/heads/${branchOf(known)}`)));
        const base = from?.commit ?? commit;
        if (base !== undefined) await repository.set(baseRef(agentId), base);
        const folder = await repositories.stage(agentId);
        const order = {
          folder,
          branch,
          commit,
          files: from?.commit,
          identity: identity(owner),
          depth: repositories.depth,
        };
        await cloneForAgent(repositories.git, repository, order);
        return folder;
      },
    };
  }

  /** The agent begins with what is there now; without its source, with what was there before. */
  async #update(project: ProjectState): Promise<void> {
    const { repositories, logger } = this.#options;
    try {
      await repositories.fetch(project);
    } catch (error) {
      if (!(await repositories.repository(project.id).isThere())) throw error;
      logger.warn({ err: error, projectId: project.id }, 'not fetched; the last state is taken');
    }
  }

  #usable(projectId: string): ProjectState {
    const project = this.#options.project(projectId);
    if (project === undefined) {
      throw new OrchestratorError('ORC_PROJECT_NOT_FOUND', `There is no project ${projectId}`);
    }
    if (project.phase === undefined) return project;
    const why = project.problem?.reason ?? `it is ${PHASES[project.phase]}`;
    throw new OrchestratorError('ORC_PROJECT_NOT_READY', `Project ${project.name}: ${why}`);
  }

  /** Keeps the files of an agent as they are at the end of a turn; repeated it is the same. */
  async snapshot(
    state: LiveAgent,
    { turnId, before }: TurnStep & { do: 'snapshot' },
    work: AtWork,
  ): Promise<SnapshotTold> {
    const { agentId, project, idleSince } = state;
    if (project === undefined) return { failed: 'the agent works in no project' };
    const { repositories, logger } = this.#options;
    const repository = repositories.repository(project.id);
    try {
      if (!(await repository.isThere())) await repository.make('main');
      const base = await repository.commitOf(baseRef(agentId));
      const outcome = await runInWorkspace(work.process, work.places, {
        name: 'snapshot',
        args: [
          `refs/orchestrator/turns/${turnId}`,
          String(LARGEST_PACK),
          idleSince,
          base ?? 'none',
          ...(before ? [before.commit] : []),
        ],
        timeoutMs: SNAPSHOT_MS,
        outputBytes: SNAPSHOT_OUTPUT,
        signal: work.signal,
      });
      work.signal.throwIfAborted();
      const taken = parseSnapshot(outcome);
      if ('failed' in taken) return taken;
      const { files, insertions, deletions } = await keepSnapshot(repository, {
        agentId,
        turnId,
        branch: branchName(agentId, project),
        headBefore: before?.head ?? headAtFirst(project, base),
        taken,
        // In place nobody knows what was there before: what is not committed counts.
        before: before?.commit ?? base ?? (project.inPlace && taken.head) ?? EMPTY_TREE,
        signal: work.signal,
      });
      const { commit, head, left } = taken;
      return {
        commit,
        ...(head !== undefined && { head }),
        files,
        insertions,
        deletions,
        ...(left.length > 0 && { left }),
      };
    } catch (error) {
      work.signal.throwIfAborted();
      logger.warn({ err: error, agentId, turnId }, 'no snapshot');
      return { failed: asOrchestratorError(error).message };
    }
  }

  /**
   * Takes in what an agent has committed in a turn that goes on: what it asks of its own branch is about that.
   *
   * @throws OrchestratorError ORC_GIT
   */
  async takeCommits(state: LiveAgent, work: AtWork): Promise<void> {
    const { agentId, project, snapshots } = state;
    const branch = project && branchName(agentId, project);
    if (project === undefined || branch === undefined) return;
    const repository = this.#options.repositories.repository(project.id);
    if (!(await repository.isThere())) await repository.make('main');
    const base = await repository.commitOf(baseRef(agentId));
    const own = await repository.commitOf(`refs/heads/${branch}`);
    const outcome = await runInWorkspace(work.process, work.places, {
      name: 'commits',
      args: [String(LARGEST_PACK), ...[own, base].filter((commit) => commit !== undefined)],
      timeoutMs: SNAPSHOT_MS,
      outputBytes: SNAPSHOT_OUTPUT,
      signal: work.signal,
    });
    work.signal.throwIfAborted();
    if (hasPrintedNothing(outcome)) return;
    const taken = parseSnapshot(outcome);
    if ('failed' in taken) throw new OrchestratorError('ORC_GIT', taken.failed);
    if (taken.head === own) return;
    const headBefore = snapshots?.at(-1)?.head ?? headAtFirst(project, base);
    const { signal } = work;
    await keepCommits(repository, { agentId, branch, headBefore, taken, signal });
  }

  /** Takes back what the last turn did to the files, and to the agent’s branch. */
  async undo(
    state: LiveAgent,
    { last, before }: TurnStep & { do: 'undo' },
    work: AtWork,
  ): Promise<UndoTold> {
    const { agentId, project } = state;
    if (project === undefined || (project.inPlace && before === undefined)) {
      return { refused: 'ORC_NO_CHANGES', detail: 'of what was before, there is no snapshot' };
    }
    const repository = this.#options.repositories.repository(project.id);
    const base = await repository.commitOf(baseRef(agentId));
    const to = before ?? { commit: base ?? EMPTY_TREE, head: headAtFirst(project, base) };
    const outcome = await runInWorkspace(work.process, work.places, {
      name: 'undo',
      args: [last.commit, last.head ?? 'none', to.commit, to.head ?? 'none'],
      timeoutMs: UNDO_MS,
      outputBytes: 64 * 1024,
      signal: work.signal,
    });
    work.signal.throwIfAborted();
    if (outcome.ended !== 'exit')
      return { refused: 'ORC_GIT', detail: 'it did not come to its end' };
    const said = Buffer.from(outcome.stdout).toString('utf8').trim();
    if (outcome.exit.code === 4) {
      return { refused: 'ORC_UNKNOWN_CHANGES', detail: said.split('\n').join(', ') };
    }
    if (outcome.exit.code !== 0) return { refused: 'ORC_GIT', detail: saidLast(outcome) };
    await this.#takeBack(state, last, to.head);
    return { files: Number(said) };
  }

  /** The project has the agent’s branch as it is in the clone again. */
  async #takeBack(
    { agentId, project }: LiveAgent,
    last: { head?: string },
    head: string | undefined,
  ): Promise<void> {
    const branch = project && branchName(agentId, project);
    if (branch === undefined || head === undefined || head === last.head) return;
    const repository = this.#options.repositories.repository(project?.id ?? '');
    const ref = `refs/heads/${branch}`;
    if ((await repository.commitOf(ref)) === last.head) {
      await repository.move(ref, head, last.head, 'undo');
    }
  }
}

/** Where the branch of an agent began: a fork’s files began with more than that. */
const headAtFirst = ({ from }: AgentProject, base: string | undefined): string | undefined =>
  from === undefined ? base : from.head;

/** Throws ORC_NOT_FORKABLE where what a fork begins with is kept somewhere else, or not any more. */
async function requireKept(
  repository: Repository,
  { commit, head }: NonNullable<AgentProject['from']>,
): Promise<void> {
  for (const each of [commit, ...(head === undefined ? [] : [head])]) {
    if ((await repository.commitOf(each)) !== undefined) continue;
    const what = `The snapshot ${each.slice(0, 12)} is not in this machine’s repository of the project`;
    throw new OrchestratorError('ORC_NOT_FORKABLE', what);
  }
}

/** Throws ORC_NOT_FORKABLE where nobody knows any more with what that agent began. */
async function beginningOf(
  repository: Repository,
  { beganAs }: AgentProject,
): Promise<string | undefined> {
  if (beganAs === undefined) return undefined;
  const commit = await repository.commitOf(baseRef(beganAs));
  if (commit !== undefined) return commit;
  const what = `What ${beganAs} began with is not in this machine’s repository of the project`;
  throw new OrchestratorError('ORC_NOT_FORKABLE', what);
}

const PHASES = { fetching: 'still fetched', failed: 'not there', archived: 'archived' } as const;

function folderOf({ repo, name }: ProjectState): string {
  if (repo?.startsWith('/')) return repo;
  const message = `Project ${name} has no folder of its own on this machine`;
  throw new OrchestratorError('ORC_PROJECT_SOURCE', message, {
    cure: 'In place one works in a project that was made of a folder.',
  });
}
