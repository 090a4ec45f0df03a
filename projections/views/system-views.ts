import { hashSystem, type SystemState, userKey } from '../../core/domain/system-state.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ViewName, ViewRequest, ViewResponse } from '../../schemas/views.ts';
import { agentSummary } from './agent-summary.ts';

/** The views that are functions of the folded state alone. */
export type SystemViewName = Exclude<ViewName, 'logs'>;

type SystemViews = {
  [N in SystemViewName]: (state: SystemState, request: ViewRequest<N>) => ViewResponse<N>;
};

export const systemViews: SystemViews = {
  agents: ({ sequence, agents }) => ({
    sequence,
    agents: [...agents.values()]
      .filter(({ phase }) => phase !== 'unknown')
      .map((agent) => agentSummary(agent)),
  }),

  agent: ({ sequence, agents }, { agentId }) => {
    const agent = agents.get(agentId);
    if (agent === undefined || agent.phase === 'unknown') {
      throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${agentId}`);
    }
    return { sequence, agent: agentSummary(agent) };
  },

  user: ({ sequence, users }, { channel, userId }) => {
    const user = users.get(userKey(channel, userId));
    return { sequence, agentId: user?.agentId ?? null, agents: user?.agents ?? [] };
  },

  projects: ({ sequence, projects }) => ({ sequence, projects: [...projects.values()] }),

  hash: (state) => ({ sequence: state.sequence, hash: hashSystem(state) }),
};
