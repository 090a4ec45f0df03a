import { agentNames, sameName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ViewName, ViewRequest, ViewResponse } from '../../schemas/views.ts';
import type { AgentState } from '../domain/agent/agent-state.ts';
import type { JobState } from '../domain/job/job-state.ts';
import { jobView } from '../domain/job/job-view.ts';
import type { ProjectState } from '../domain/project/project.ts';
import { samePerson } from '../domain/same-person.ts';
import { type SystemState, userKey } from '../domain/system-state.ts';
import type { UserState } from '../domain/user/user.ts';
import { agentSummary, shownPhase } from './agent-summary.ts';
import { pageOf } from './page.ts';

/** The views that are functions of the folded state alone. */
export type SystemViewName = Exclude<ViewName, 'logs' | 'hash' | 'archived'>;

type SystemViews = {
  [N in SystemViewName]: (state: SystemState, request: ViewRequest<N>) => ViewResponse<N>;
};

export const systemViews: SystemViews = {
  agents: (state, request) => {
    const { sequence, agents } = state;
    const first = firstProjects(state.projects.values());
    const project = (agent: AgentState) => workedIn(agent, state) ?? first.get(agent.agentId);
    const isWanted = wantedAgents(state, request, project);
    const { items, ...next } = pageOf(agents, isWanted, request);
    const summary = (agent: AgentState) => agentSummary(agent, project(agent));
    return { sequence, agents: items.map(summary), ...next };
  },

  agent: (state, { agentId }) => {
    const { sequence, agents, projects } = state;
    const agent = agents.get(agentId);
    if (agent === undefined || agent.phase === 'unknown') {
      throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${agentId}`);
    }
    const project = workedIn(agent, state) ?? firstProject(projects.values(), agentId);
    return { sequence, agent: agentSummary(agent, project) };
  },

  user: ({ sequence, users }, { channel, userId }) => {
    const user = users.get(userKey(channel, userId));
    return {
      sequence,
      agentId: user?.agentId ?? null,
      agents: [...(user?.agents ?? [])],
      ...(user?.projectId !== undefined && { projectId: user.projectId }),
    };
  },

  users: ({ sequence, users }, request) => {
    const entries = [...users].map(([key, user]) => [key, { key, user }] as const);
    const { items, ...next } = pageOf(entries, () => true, request);
    return { sequence, users: items.map(userView), ...next };
  },

  jobs: ({ sequence, jobs }, { owner, ...request }) => {
    const isWanted = (job: JobState) => owner === undefined || samePerson(job.owner, owner);
    const { items, ...next } = pageOf(jobs, isWanted, request);
    return { sequence, jobs: items.map(jobView), ...next };
  },

  projects: ({ sequence, projects }, { id, agentId, owner, ...request }) => {
    const isWanted = (project: ProjectState) =>
      (id === undefined || project.id === id) &&
      (agentId === undefined || project.agentId === agentId) &&
      (owner === undefined || samePerson(project.owner, owner));
    const { items, ...next } = pageOf(projects, isWanted, request);
    return { sequence, projects: items, ...next };
  },
};

function userView({ key, user }: { key: string; user: UserState }) {
  // Neither half may hold a slash (`userKey`).
  const [channel = '', userId = ''] = key.split('/');
  return {
    channel,
    userId,
    agentId: user.agentId ?? null,
    agents: [...user.agents],
    ...(user.projectId !== undefined && { projectId: user.projectId }),
  };
}

/** Whether an agent is what every filter of the request asks for. */
function wantedAgents(
  { users }: SystemState,
  { owner, assignedTo, kind, phases, name }: ViewRequest<'agents'>,
  project: (agent: AgentState) => string | undefined,
): (agent: AgentState) => boolean {
  const user = assignedTo && users.get(userKey(assignedTo.channel, assignedTo.userId));
  const assigned = assignedTo && new Set(user?.agents);
  return (agent) =>
    agent.phase !== 'unknown' &&
    (owner === undefined || samePerson(agent.owner, owner)) &&
    (assigned === undefined || assigned.has(agent.agentId)) &&
    (kind === undefined || agent.kind === kind) &&
    (phases === undefined || phases.includes(shownPhase(agent))) &&
    (name === undefined || agentNames(agent, project(agent)).some((each) => sameName(each, name)));
}

/** The name of the project that an agent works in. */
const workedIn = (agent: AgentState, { projects }: SystemState): string | undefined =>
  agent.phase === 'unknown' || agent.project === undefined
    ? undefined
    : projects.get(agent.project.id)?.name;

/** By agent, the name of the first project that it created. */
function firstProjects(projects: Iterable<ProjectState>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { agentId, name } of projects) {
    if (agentId !== undefined && !names.has(agentId)) names.set(agentId, name);
  }
  return names;
}

function firstProject(projects: Iterable<ProjectState>, agentId: string): string | undefined {
  for (const project of projects) if (project.agentId === agentId) return project.name;
  return undefined;
}
