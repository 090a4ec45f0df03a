import type { SystemState } from '../domain/system-state.ts';
import { systemViews } from './system-views.ts';

/** Everything that a state has, by the views that the running system is asked by; `limit` of each. */
export function wholeState(state: SystemState, limit: number | undefined) {
  const page = { limit };
  const { agents, jobs, projects, users, nodes } = state;
  return {
    agents: systemViews.agents(state, page).agents,
    jobs: systemViews.jobs(state, page).jobs,
    projects: systemViews.projects(state, page).projects,
    users: systemViews.users(state, page).users,
    nodes: [...nodes].map(([node, { phase }]) => ({ node, state: phase })),
    counts: {
      agents: [...agents.values()].filter(({ phase }) => phase !== 'unknown').length,
      jobs: jobs.size,
      projects: projects.size,
      users: users.size,
    },
  };
}
