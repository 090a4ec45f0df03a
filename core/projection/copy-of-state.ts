import { initialSystem, type SystemState } from '../domain/system-state.ts';

/** A state that may be folded on while the other stays: folding changes the maps and replaces what is in them. */
export function copyOfState(state: SystemState = initialSystem()): SystemState {
  const { agents, fences, archived, users, projects, jobs, nodes } = state;
  return {
    ...state,
    agents: new Map(agents),
    fences: new Map(fences),
    archived: new Map(archived),
    users: new Map(users),
    projects: new Map(projects),
    jobs: new Map(jobs),
    nodes: new Map(nodes),
  };
}
