import { samePerson } from '../../core/conversation/person.ts';
import type { AgentState } from '../../core/domain/agent/agent-state.ts';
import type { ProjectState } from '../../core/domain/project/project.ts';
import { type SystemState, userKey } from '../../core/domain/system-state.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ViewName, ViewRequest, ViewResponse } from '../../schemas/views.ts';
import { agentSummary } from './agent-summary.ts';

/** The views that are functions of the folded state alone. */
export type SystemViewName = Exclude<ViewName, 'logs' | 'hash'>;

type SystemViews = {
  [N in SystemViewName]: (state: SystemState, request: ViewRequest<N>) => ViewResponse<N>;
};

export const systemViews: SystemViews = {
  agents: ({ sequence, agents, projects }, { owner }) => {
    const project = firstProjects(projects.values());
    const isWanted = (agent: AgentState) =>
      agent.phase !== 'unknown' && (owner === undefined || samePerson(agent.owner, owner));
    return {
      sequence,
      agents: [...agents.values()]
        .filter(isWanted)
        .map((agent) => agentSummary(agent, project.get(agent.agentId))),
    };
  },

  agent: ({ sequence, agents, projects }, { agentId }) => {
    const agent = agents.get(agentId);
    if (agent === undefined || agent.phase === 'unknown') {
      throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${agentId}`);
    }
    return { sequence, agent: agentSummary(agent, firstProject(projects.values(), agentId)) };
  },

  user: ({ sequence, users }, { channel, userId }) => {
    const user = users.get(userKey(channel, userId));
    return { sequence, agentId: user?.agentId ?? null, agents: user?.agents ?? [] };
  },

  projects: ({ sequence, projects }) => ({ sequence, projects: [...projects.values()] }),
};

/** By agent, the name of the first project that it created. */
function firstProjects(projects: Iterable<ProjectState>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { agentId, name } of projects) if (!names.has(agentId)) names.set(agentId, name);
  return names;
}

function firstProject(projects: Iterable<ProjectState>, agentId: string): string | undefined {
  for (const project of projects) if (project.agentId === agentId) return project.name;
  return undefined;
}
