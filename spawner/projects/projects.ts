import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AgentState } from '../../core/domain/agent/agent-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { Git } from '../../platform/git/git.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { GitIdentity } from './agent-clone.ts';
import { AgentProjects } from './agent-projects.ts';
import { ProjectCheckouts } from './project-checkouts.ts';
import { ProjectKeeper } from './project-keeper.ts';
import { ProjectRepositories } from './project-repositories.ts';
import { ProjectTools } from './project-tools.ts';
import { ProjectWork } from './project-work.ts';
import { RepositoryRemoval } from './repository-removal.ts';

export interface ProjectsOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
  clock: () => Date;
  /** Holds a bare repository for each project. */
  folder: string;
  searchPath: string;
  roots: readonly string[];
  credentials?: string | undefined;
  sshKey?: string | undefined;
  /** Who commits, where it is not said by person. */
  name?: string | undefined;
  email?: string | undefined;
  /** By channel and id of the person, `telegram/1001`. */
  people?: ReadonlyMap<string, GitIdentity> | undefined;
  /** So many commits of a branch are fetched, and given to an agent; all without. */
  depth?: number | undefined;
  /** So long after it was archived a project's repository is removed; milliseconds; never without. */
  removeAfterMs?: number | undefined;
}

/** Everything that a spawner has for projects. */
export interface Projects {
  keeper: ProjectKeeper;
  agents: AgentProjects;
  tools: ProjectTools;
  checkouts: ProjectCheckouts;
  removal: RepositoryRemoval;
  /** A folder with the files of a commit, for a job. Throws ORC_PROJECT_NOT_FOUND. */
  checkout: (projectId: string, commit: string, jobId: string) => Promise<string>;
}

export async function openProjects(options: ProjectsOptions): Promise<Projects> {
  const { log, follower, logger, clock, folder, searchPath } = options;
  // Nothing of anybody's is in it; git looks there for its settings.
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const git = new Git({ searchPath, home });
  const repositories = new ProjectRepositories({ ...options, git });
  const identity = (owner: Person | undefined) => identityOf(owner, options);
  const project = (projectId: string) => follower.state.projects.get(projectId);
  const checkouts = new ProjectCheckouts(repositories);
  return {
    keeper: new ProjectKeeper({ log, follower, repositories, logger, clock }),
    agents: new AgentProjects({ repositories, project, identity, logger }),
    checkouts,
    removal: new RepositoryRemoval({
      repositories,
      projects: () => follower.state.projects.values(),
      isWorkedIn: (projectId) => isWorkedIn(projectId, follower.state.agents.values()),
      afterMs: options.removeAfterMs,
      logger,
      clock,
    }),
    checkout: (projectId, commit, jobId) => {
      const known = project(projectId);
      if (known !== undefined) return checkouts.make(known, commit, jobId);
      throw new OrchestratorError('ORC_PROJECT_NOT_FOUND', `There is no project ${projectId}`);
    },
    tools: new ProjectTools({
      work: new ProjectWork(repositories),
      agent: (agentId) => follower.state.agents.get(agentId),
      identity,
    }),
  };
}

function isWorkedIn(projectId: string, agents: Iterable<AgentState>): boolean {
  for (const agent of agents) {
    const isThere = agent.phase !== 'unknown' && agent.phase !== 'ended';
    if (isThere && agent.project?.id === projectId) return true;
  }
  return false;
}

function identityOf(
  owner: Person | undefined,
  { follower, name, email, people }: ProjectsOptions,
): GitIdentity {
  const key = owner && `${owner.channel}/${owner.userId}`;
  const own = key === undefined ? undefined : people?.get(key);
  if (own !== undefined) return own;
  const shown = key === undefined ? undefined : follower.state.users.get(key)?.name;
  const id = owner === undefined ? 'agent' : `${owner.userId}.${owner.channel}`;
  return {
    name: name ?? shown ?? (owner === undefined ? 'Orchestrator' : owner.userId),
    email: email ?? `${id}@orchestrator.invalid`,
  };
}
